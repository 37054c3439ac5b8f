SELECT DISTINCT epoch_us(received_at) // :width_us::BIGINT AS bucket FROM feedback
