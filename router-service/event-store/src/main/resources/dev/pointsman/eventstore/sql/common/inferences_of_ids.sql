SELECT *
FROM inference
WHERE started_at >= :from AND started_at <= :to AND inference_id IN (
--include given_ids
)
