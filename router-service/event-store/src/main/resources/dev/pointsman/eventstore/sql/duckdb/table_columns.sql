SELECT column_name, data_type
FROM information_schema.columns
WHERE table_catalog = 'ev' AND table_name = :table
ORDER BY ordinal_position
