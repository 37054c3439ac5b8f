-- An hour goes as a whole, when its end is old enough: statistics are kept for parts of an hour.
ALTER TABLE ${table}${local}${on_cluster}
MODIFY TTL toDateTime(toStartOfHour(${time})) + toIntervalDay(${days}) + toIntervalHour(1) ${condition}
