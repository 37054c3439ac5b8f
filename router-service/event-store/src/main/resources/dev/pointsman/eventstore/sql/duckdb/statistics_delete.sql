DELETE FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND bucket IN (SELECT bucket FROM temp.dirty_bucket)
