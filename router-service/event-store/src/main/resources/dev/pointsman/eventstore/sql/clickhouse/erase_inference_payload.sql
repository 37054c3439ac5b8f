ALTER TABLE inference_payload${local}${on_cluster}
DELETE WHERE inference_id IN
--include split_ids
SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1
