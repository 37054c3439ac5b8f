-- The server keeps the text of this statement for a while, so it has ids in it and not the value. The
-- embedding of what was asked goes too.
ALTER TABLE inference${local}${on_cluster}
UPDATE
  tags = mapFilter((k, v) -> false, tags),
  end_user = NULL,
  idempotency_key = NULL,
  features = mapFilter((k, v) -> NOT has(splitByChar(char(31), :features), k) AND k != 'embedding', features)
WHERE inference_id IN
--include split_ids
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
