SELECT * FROM inference_payload WHERE inference_id = :inference
