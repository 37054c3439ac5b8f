WITH
--include statistics_current
SELECT * FROM current_statistics ORDER BY bucket, segment, variant, lane
