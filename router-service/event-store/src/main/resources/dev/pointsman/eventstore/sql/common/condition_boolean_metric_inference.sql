i.inference_id IN (
--include condition_boolean_metric
)
