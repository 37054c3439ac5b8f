-- The buckets of one length in [from, to) that there is anything in.
SELECT DISTINCT intDiv(toUnixTimestamp64Micro(bucket), :width_us) AS bucket
FROM ${table}
WHERE seconds = intDiv(:width_us, 1000000) AND bucket >= :from AND bucket < :to
