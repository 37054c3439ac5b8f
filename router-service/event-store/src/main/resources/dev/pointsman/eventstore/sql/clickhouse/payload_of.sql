SELECT * FROM inference_payload WHERE toUInt128(inference_id) = toUInt128(toUUID(:inference))
