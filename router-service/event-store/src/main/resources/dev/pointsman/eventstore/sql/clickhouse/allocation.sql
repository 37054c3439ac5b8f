-- The earliest decision row per episode, in the order of decision.
WITH deciding AS (
  SELECT inference_id, started_at, segment, stratum, lane, lane_shares, candidates, propensities,
    chosen_variant
  FROM inference
  WHERE function_name = :function AND kind = 'decision' AND started_at < :to
  QUALIFY row_number() OVER (
    PARTITION BY episode_id ORDER BY started_at, toUInt128(inference_id)) = 1
)
SELECT *
FROM deciding
WHERE started_at >= :from
ORDER BY started_at, toUInt128(inference_id)
