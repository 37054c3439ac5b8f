-- Of the units of the main stratum how they were drawn, as one text: a text costs as much to hand over
-- as a number or two, a list many times that, and decisions of a segment are mostly drawn alike. The
-- segment comes last: callers' tags are in it, whatever they hold.
drawn AS (
  SELECT
    started_at, inference_id, episode_id, outcome = 'failed' AS failed, reward, filled,
    concat_ws(chr(31),
      coalesce(lane, ''), coalesce(policy_generation, ''), chosen_variant,
      array_to_string(candidates, chr(30)),
      array_to_string(exclusions, chr(30)),
      array_to_string(policy_probabilities, chr(30)),
      array_to_string(propensities, chr(30)),
      array_to_string(map_keys(lane_shares), chr(30)),
      array_to_string(map_values(lane_shares), chr(30)),
      segment) AS draw
  FROM unit
  WHERE started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
    AND stratum = 'main' AND len(propensities) > 0
)
