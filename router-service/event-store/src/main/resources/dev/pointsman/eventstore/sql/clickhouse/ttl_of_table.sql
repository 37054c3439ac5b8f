-- How many days the table keeps rows, and the column its texts; empty for ever.
SELECT
  extract(engine_full, 'toIntervalDay\\((\\d+)\\)') AS row_days,
  extract(create_table_query, 'value_text[^,]*toIntervalDay\\((\\d+)\\)') AS text_days
FROM system.tables
WHERE database = currentDatabase() AND name = :table
