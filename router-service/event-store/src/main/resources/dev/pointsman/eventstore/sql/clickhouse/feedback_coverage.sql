-- Of matured and of waiting decisions per chosen variant, how many have a value; and how long it took.
WITH scope AS (
  SELECT DISTINCT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from AND started_at < :to
),
--include unit_rewards
SELECT
  chosen_variant AS variant,
  countIf(matured) AS matured,
  countIf(u.matured AND reward IS NOT NULL AND NOT u.filled) AS matured_valued,
  countIf(u.filled) AS filled,
  countIf(NOT u.matured) AS waiting,
  countIf(NOT u.matured AND reward IS NOT NULL) AS waiting_valued
FROM (
  SELECT chosen_variant, reward, filled,
    started_at + toIntervalMicrosecond(:window_us) <= :as_of AS matured
  FROM unit
) u
GROUP BY chosen_variant
ORDER BY chosen_variant
