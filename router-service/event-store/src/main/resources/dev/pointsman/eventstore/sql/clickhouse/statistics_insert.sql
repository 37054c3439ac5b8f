-- Recomputes the rows of some buckets of ten seconds under a version; what is old goes into that of
-- its minute.
INSERT INTO statistics
WITH dirty AS (
  SELECT fromUnixTimestamp64Micro(arrayJoin(
    arrayMap(b -> :first_us + toInt64(b) * 10000000, splitByChar(',', :buckets))), 'UTC') AS bucket
),
scope AS (
  SELECT DISTINCT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :first_bucket
    AND started_at < :last_bucket + INTERVAL 10 SECOND
    AND fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(started_at), 10000000) * 10000000, 'UTC')
      IN (SELECT bucket FROM dirty)
),
--include unit_rewards
SELECT
  :function, :metric, segment, part.1 AS variant, lane,
  if(started_at < :compacted_until,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(started_at), 60000000) * 60000000, 'UTC'),
    bucket) AS slot,
  countIf(part.2 = 'chosen'),
  coalesce(sumIf(part.3, part.2 = 'candidate'), 0),
  coalesce(sumIf(part.3 * (1 - part.3), part.2 = 'candidate'), 0),
  coalesce(sumIf(resplits, part.2 = 'chosen'), 0),
  countIf(part.2 = 'chosen' AND reward IS NOT NULL),
  coalesce(sumIf(reward, part.2 = 'chosen'), 0),
  coalesce(sumIf(reward * reward, part.2 = 'chosen'), 0),
  countIf(part.2 = 'chosen' AND reward IS NOT NULL AND as_chosen),
  coalesce(sumIf(reward, part.2 = 'chosen' AND as_chosen), 0),
  coalesce(sumIf(reward * reward, part.2 = 'chosen' AND as_chosen), 0),
  countIf(part.2 = 'chosen' AND filled),
  coalesce(sumIf(clipped, part.2 = 'chosen'), 0),
  coalesce(sumIf(inferences, part.2 = 'chosen'), 0),
  countIf(part.2 = 'served'),
  coalesce(sumIf(answered, part.2 = 'chosen'), 0),
  coalesce(sumIf(failed, part.2 = 'chosen'), 0),
  coalesce(sumIf(input_tokens, part.2 = 'chosen'), 0),
  coalesce(sumIf(input_tokens_count, part.2 = 'chosen'), 0),
  coalesce(sumIf(output_tokens, part.2 = 'chosen'), 0),
  coalesce(sumIf(output_tokens_count, part.2 = 'chosen'), 0),
  coalesce(sumIf(cost_nanos, part.2 = 'chosen'), 0),
  coalesce(sumIf(cost_count, part.2 = 'chosen'), 0),
  coalesce(sumIf(baseline_cost_nanos, part.2 = 'chosen'), 0),
  coalesce(sumIf(compared_cost_nanos, part.2 = 'chosen'), 0),
  coalesce(sumIf(compared_count, part.2 = 'chosen'), 0),
  coalesce(sumIf(duration_us, part.2 = 'chosen'), 0),
  :version
FROM unit
ARRAY JOIN arrayConcat(
  [tuple(toString(chosen_variant), 'chosen', 0.0)],
  arrayFilter(
    c -> c.3 > 0,
    arrayMap((name, p) -> tuple(toString(name), 'candidate', p), candidates, propensities)),
  arrayMap(name -> tuple(name, 'served', 0.0), served)) AS part
WHERE bucket IN (SELECT bucket FROM dirty)
GROUP BY segment, variant, lane, slot
UNION ALL
-- A bucket that nothing is left in has been computed too.
SELECT
  :function, :metric, '', '', '', bucket,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  :version
FROM dirty
