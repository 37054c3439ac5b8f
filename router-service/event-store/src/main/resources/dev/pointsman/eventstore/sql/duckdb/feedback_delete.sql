DELETE FROM feedback_rollup
WHERE seconds = :seconds AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
