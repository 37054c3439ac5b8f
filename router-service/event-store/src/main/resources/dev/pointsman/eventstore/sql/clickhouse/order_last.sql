i.started_at ${direction}, toUInt128(i.inference_id) ${direction}
