-- About one inference or one episode, newest first.
SELECT *
FROM feedback
WHERE toUInt128(target_id) = toUInt128(toUUID(:target))
ORDER BY received_at DESC, toUInt128(feedback_id) DESC
LIMIT :most
