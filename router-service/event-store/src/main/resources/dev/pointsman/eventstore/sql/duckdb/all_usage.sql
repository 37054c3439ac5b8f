SELECT DISTINCT epoch_us(started_at) // :width_us::BIGINT AS bucket FROM inference
