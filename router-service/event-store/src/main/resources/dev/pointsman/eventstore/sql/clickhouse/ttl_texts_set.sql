ALTER TABLE feedback${local}${on_cluster}
MODIFY COLUMN value_text TTL toDateTime(toStartOfHour(received_at)) + toIntervalDay(${days}) + toIntervalHour(1)
