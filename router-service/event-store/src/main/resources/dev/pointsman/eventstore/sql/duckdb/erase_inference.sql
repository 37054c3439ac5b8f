-- Last of all: the tag is what the rows are found by. A feature that is the erased value goes too,
-- and so does the embedding of what was asked.
UPDATE inference
SET
  tags = MAP {},
  end_user = NULL,
  idempotency_key = NULL,
  features = map_from_entries(list_filter(map_entries(features),
    lambda e: e.value <> :value::VARCHAR AND e.key <> 'embedding'))
WHERE tags[:key::VARCHAR] = :value::VARCHAR
