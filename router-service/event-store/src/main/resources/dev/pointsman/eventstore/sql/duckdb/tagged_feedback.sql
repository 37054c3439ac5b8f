-- What was said about those inferences, and what itself carries the tag.
(target_type = 'inference' AND target_id IN (SELECT inference_id FROM (
--include tagged_inferences
)))
OR (target_type = 'episode' AND target_id IN (SELECT episode_id FROM (
--include tagged_inferences
)))
OR tags[:key::VARCHAR] = :value::VARCHAR
