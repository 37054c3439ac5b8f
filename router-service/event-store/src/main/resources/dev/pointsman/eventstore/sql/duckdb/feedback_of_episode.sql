-- About an episode and about its inferences, in order of arrival.
SELECT *
FROM feedback
WHERE (target_type = 'episode' AND target_id = :episode)
  OR (target_type = 'inference'
    AND target_id IN (SELECT inference_id FROM inference WHERE episode_id = :episode))
ORDER BY received_at, feedback_id
LIMIT :most
