WITH
--include usage_rows
,
measured AS (
  SELECT
  CASE WHEN :width_us::BIGINT > 0
    THEN make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT)
  END AS start,
  CASE :first
    WHEN 'function' THEN function_name
    WHEN 'segment' THEN segment
    WHEN 'variant' THEN variant
    WHEN 'generation' THEN generation
    WHEN 'lane' THEN lane
    WHEN 'model' THEN model
    WHEN 'key' THEN key_id
    WHEN 'team' THEN team_id
    WHEN 'tag' THEN coalesce(tags[:tag], '')
    ELSE ''
  END AS first_name,
  CASE :second
    WHEN 'function' THEN function_name
    WHEN 'segment' THEN segment
    WHEN 'variant' THEN variant
    WHEN 'generation' THEN generation
    WHEN 'lane' THEN lane
    WHEN 'model' THEN model
    WHEN 'key' THEN key_id
    WHEN 'team' THEN team_id
    WHEN 'tag' THEN coalesce(tags[:tag], '')
    ELSE ''
  END AS second_name,
  CASE :measure
    WHEN 'duration' THEN durations
    WHEN 'first_token' THEN first_tokens
    ELSE overheads
  END AS histogram
  FROM kept
),
counted AS (
  SELECT start, first_name, second_name,
    unnest(map_keys(histogram)) AS bin, unnest(map_values(histogram)) AS n
  FROM measured
)
SELECT start, first_name, second_name, bin, sum(n)::BIGINT AS n
FROM counted
GROUP BY start, first_name, second_name, bin
ORDER BY start, first_name, second_name, bin
