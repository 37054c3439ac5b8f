-- Of the units of the main stratum how they were drawn, as one text; the segment, in which
-- callers' tags are, comes last.
drawn AS (
  SELECT
    started_at, inference_id, episode_id, outcome = 'failed' AS failed, reward, filled,
    arrayStringConcat([
      toString(coalesce(lane, '')), toString(coalesce(policy_generation, '')),
      toString(chosen_variant),
      arrayStringConcat(candidates, char(30)),
      arrayStringConcat(exclusions, char(30)),
      arrayStringConcat(arrayMap(p -> toString(p), policy_probabilities), char(30)),
      arrayStringConcat(arrayMap(p -> toString(p), propensities), char(30)),
      arrayStringConcat(mapKeys(lane_shares), char(30)),
      arrayStringConcat(arrayMap(p -> toString(p), mapValues(lane_shares)), char(30)),
      toString(segment)],
      char(31)) AS draw
  FROM unit
  WHERE started_at >= :from AND started_at < :to
    AND stratum = 'main' AND notEmpty(propensities)
)
