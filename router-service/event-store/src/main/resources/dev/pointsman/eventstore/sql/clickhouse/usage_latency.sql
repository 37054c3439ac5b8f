WITH
--include usage_rows
SELECT start, first_name, second_name, bin, n
FROM (
  SELECT
  if(:width_us > 0,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(bucket), greatest(:width_us, 1)) * :width_us, 'UTC'),
    NULL) AS start,
  CASE :first
    WHEN 'function' THEN toString(function_name)
    WHEN 'segment' THEN toString(segment)
    WHEN 'variant' THEN toString(variant)
    WHEN 'generation' THEN toString(generation)
    WHEN 'lane' THEN toString(lane)
    WHEN 'model' THEN toString(model)
    WHEN 'key' THEN toString(key_id)
    WHEN 'team' THEN toString(team_id)
    WHEN 'tag' THEN tags[:tag]
    ELSE ''
  END AS first_name,
  CASE :second
    WHEN 'function' THEN toString(function_name)
    WHEN 'segment' THEN toString(segment)
    WHEN 'variant' THEN toString(variant)
    WHEN 'generation' THEN toString(generation)
    WHEN 'lane' THEN toString(lane)
    WHEN 'model' THEN toString(model)
    WHEN 'key' THEN toString(key_id)
    WHEN 'team' THEN toString(team_id)
    WHEN 'tag' THEN tags[:tag]
    ELSE ''
  END AS second_name,
  sumMap(CASE :measure
    WHEN 'duration' THEN durations
    WHEN 'first_token' THEN first_tokens
    ELSE overheads
  END) AS bins
  FROM kept
  GROUP BY start, first_name, second_name
)
ARRAY JOIN mapKeys(bins) AS bin, mapValues(bins) AS n
ORDER BY start, first_name, second_name, bin
