-- The minutes that feedback was received in which came in since, or whose target may have.
WITH came AS (
  SELECT a.target_type AS target_type,
    intDiv(toUnixTimestamp64Micro(assumeNotNull(a."at")), 60000000) AS minute
  FROM arrival a
  WHERE a.seq > transform(toString(a.source),
    splitByChar(',', :sources), arrayMap(s -> toInt64(s), splitByChar(',', :reached)), toInt64(0))
),
started AS (SELECT DISTINCT minute FROM came WHERE target_type = 'started'),
new_target AS (
  SELECT inference_id, episode_id
  FROM inference
  WHERE started_at >= fromUnixTimestamp64Micro(
      ifNull((SELECT min(minute) FROM started), 9000000000) * 60000000, 'UTC')
    AND started_at < fromUnixTimestamp64Micro(
      ifNull((SELECT max(minute) + 1 FROM started), 0) * 60000000, 'UTC')
    AND intDiv(toUnixTimestamp64Micro(started_at), 60000000) IN (SELECT minute FROM started)
)
SELECT DISTINCT minute AS bucket FROM came WHERE target_type = 'received'
UNION DISTINCT
SELECT DISTINCT intDiv(toUnixTimestamp64Micro(received_at), 60000000)
FROM feedback
WHERE rejected IS NULL
  AND toUInt128(target_id) IN (
    SELECT toUInt128(inference_id) FROM new_target
    UNION DISTINCT SELECT toUInt128(episode_id) FROM new_target)
