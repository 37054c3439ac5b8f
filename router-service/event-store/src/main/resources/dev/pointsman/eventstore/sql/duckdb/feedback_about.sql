-- About one inference or one episode, newest first.
SELECT *
FROM feedback
WHERE target_id = :target
ORDER BY received_at DESC, feedback_id DESC
LIMIT :most
