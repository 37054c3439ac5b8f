-- Recomputes the rows of some buckets of ten seconds under a version; what is old goes into that of
-- its minute. The buckets are runs of `from-to`, numbers counted from the first of them. A unit's
-- figures are two lists, whole numbers and others, in the order of the columns below: one sum over
-- each costs the server less than a sum for every column over all rows of candidates.
INSERT INTO statistics (
  function_name, metric_name, segment, variant, lane, bucket,
  served, pulls, resplits, feedbacks, served_feedbacks, filled, clipped, inferences, answered,
  failed, input_tokens, input_tokens_count, output_tokens, output_tokens_count, cost_nanos,
  cost_count, baseline_cost_nanos, compared_cost_nanos, compared_count, duration_us,
  expected_pulls, pull_variance, reward_sum, reward_sum_squares, served_reward_sum,
  served_reward_sum_squares, version)
WITH dirty AS (
  SELECT fromUnixTimestamp64Micro(:first_us + arrayJoin(arrayFlatten(arrayMap(
    run -> range(toUInt64(splitByChar('-', run)[1]), toUInt64(splitByChar('-', run)[2])),
    splitByChar(',', :runs)))) * 10000000, 'UTC') AS bucket
),
scope AS (
  SELECT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :first_bucket
    AND started_at < :last_bucket + INTERVAL 10 SECOND
    AND fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(started_at), 10000000) * 10000000, 'UTC')
      IN (SELECT bucket FROM dirty)
),
--include unit_rewards
,
figures AS (
  SELECT
    segment, lane,
    if(started_at < :compacted_until,
      fromUnixTimestamp64Micro(
        intDiv(toUnixTimestamp64Micro(started_at), 60000000) * 60000000, 'UTC'),
      bucket) AS slot,
    part.1 AS variant, sumForEach(part.2) AS n, sumForEach(part.3) AS x
  FROM unit
  ARRAY JOIN arrayConcat(
    [tuple(
      toString(chosen_variant),
      CAST([
        0, 1, resplits, reward IS NOT NULL, reward IS NOT NULL AND as_chosen, coalesce(filled, false),
        clipped, inferences, answered, failed, input_tokens, input_tokens_count, output_tokens,
        output_tokens_count, cost_nanos, cost_count, baseline_cost_nanos, compared_cost_nanos,
        compared_count, duration_us] AS Array(Int64)),
      arrayMap(r -> coalesce(r, 0), [
        0, 0, reward, reward * reward,
        if(as_chosen, reward, NULL), if(as_chosen, reward * reward, NULL)]))],
    arrayMap(
      (name, p) -> tuple(toString(name), CAST([] AS Array(Int64)), [p, p * (1 - p)]),
      arrayFilter((name, p) -> p > 0, candidates, propensities),
      arrayFilter(p -> p > 0, propensities)),
    arrayMap(name -> tuple(name, [toInt64(1)], CAST([] AS Array(Float64))), served)) AS part
  WHERE bucket IN (SELECT bucket FROM dirty)
  GROUP BY segment, variant, lane, slot
)
SELECT
  :function, :metric, segment, variant, lane, slot,
  n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], n[14], n[15],
  n[16], n[17], n[18], n[19], n[20], x[1], x[2], x[3], x[4], x[5], x[6], :version
FROM figures
UNION ALL
-- A bucket that nothing is left in has been computed too.
SELECT
  :function, :metric, '', '', '', bucket,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  :version
FROM dirty
