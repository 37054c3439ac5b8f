DELETE FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND seconds = :seconds AND bucket < :before::TIMESTAMP
