SELECT *
FROM feedback
WHERE (target_type = 'inference' AND target_id = :inference)
  OR (target_type = 'episode' AND target_id = :episode)
ORDER BY received_at, feedback_id
