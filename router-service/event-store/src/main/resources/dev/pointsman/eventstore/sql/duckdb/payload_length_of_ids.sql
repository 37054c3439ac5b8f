SELECT coalesce(sum(length(input) + coalesce(length(output), 0) + coalesce(length(tools), 0)), 0)
  AS characters
FROM inference_payload
WHERE started_at >= :from AND started_at <= :to AND inference_id IN (
--include given_ids
)
