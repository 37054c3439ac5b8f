SELECT * FROM inference WHERE episode_id = :episode ORDER BY started_at, inference_id
