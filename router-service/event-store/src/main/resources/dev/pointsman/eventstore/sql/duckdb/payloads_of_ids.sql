SELECT *
FROM inference_payload
WHERE started_at >= :from AND started_at <= :to AND inference_id IN (
--include given_ids
)
