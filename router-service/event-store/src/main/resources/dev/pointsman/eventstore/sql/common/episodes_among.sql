-- Which of the ids are those of episodes.
SELECT DISTINCT episode_id
FROM inference
WHERE episode_id IN
--include split_ids
