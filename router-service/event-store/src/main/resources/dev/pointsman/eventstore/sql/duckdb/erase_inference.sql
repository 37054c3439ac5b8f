-- Last of all: the tag is what the rows are found by. A feature that is the erased value goes too.
UPDATE inference
SET
  tags = MAP {},
  end_user = NULL,
  idempotency_key = NULL,
  features = map_from_entries(list_filter(map_entries(features),
    lambda e: e.value <> :value::VARCHAR))
WHERE tags[:key::VARCHAR] = :value::VARCHAR
