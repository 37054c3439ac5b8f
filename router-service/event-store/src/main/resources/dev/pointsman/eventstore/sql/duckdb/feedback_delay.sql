WITH
--include feedback_rows
,
counted AS (
  SELECT unnest(map_keys(delays)) AS bin, unnest(map_values(delays)) AS n FROM kept
)
SELECT bin, sum(n)::BIGINT AS n
FROM counted
GROUP BY bin
ORDER BY bin
