SELECT inference_id, started_at FROM inference WHERE inference_id = :inference
