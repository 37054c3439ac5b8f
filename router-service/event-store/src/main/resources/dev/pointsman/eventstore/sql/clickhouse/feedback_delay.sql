WITH
--include feedback_rows
SELECT bin, n
FROM (SELECT sumMap(delays) AS bins FROM kept)
ARRAY JOIN mapKeys(bins) AS bin, mapValues(bins) AS n
ORDER BY bin
