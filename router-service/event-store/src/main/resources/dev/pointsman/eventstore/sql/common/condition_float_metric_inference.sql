i.inference_id IN (
--include condition_float_metric
)
