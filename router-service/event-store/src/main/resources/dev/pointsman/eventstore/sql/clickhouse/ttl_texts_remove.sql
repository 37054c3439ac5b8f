ALTER TABLE feedback${local}${on_cluster} MODIFY COLUMN value_text REMOVE TTL
