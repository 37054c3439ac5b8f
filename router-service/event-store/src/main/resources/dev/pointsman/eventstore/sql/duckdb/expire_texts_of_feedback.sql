UPDATE feedback SET value_text = NULL
WHERE value_text IS NOT NULL AND received_at < :before::TIMESTAMP
