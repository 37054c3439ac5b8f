ALTER TABLE feedback${local}${on_cluster}
UPDATE value_text = NULL, tags = mapFilter((k, v) -> false, tags) WHERE feedback_id IN
--include split_ids
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
