-- Of matured and of waiting decisions per chosen variant, how many have a value; and how long it took.
WITH scope AS (
  SELECT DISTINCT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
),
--include unit_rewards
SELECT
  chosen_variant AS variant,
  count(*) FILTER (WHERE matured) AS matured,
  count(reward) FILTER (WHERE matured AND NOT filled) AS matured_valued,
  count(*) FILTER (WHERE filled) AS filled,
  count(*) FILTER (WHERE NOT matured) AS waiting,
  count(reward) FILTER (WHERE NOT matured) AS waiting_valued
FROM (
  SELECT *, started_at + to_microseconds(:window_us::BIGINT) <= :as_of::TIMESTAMP AS matured
  FROM unit
)
GROUP BY chosen_variant
ORDER BY chosen_variant
