SELECT * FROM inference WHERE inference_id = :inference
