i.started_at ${direction}, i.inference_id ${direction}
