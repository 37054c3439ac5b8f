DELETE FROM inference_payload
WHERE inference_id IN (SELECT inference_id FROM (
--include tagged_inferences
))
