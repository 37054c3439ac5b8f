i.episode_id IN (
--include condition_boolean_metric
)
