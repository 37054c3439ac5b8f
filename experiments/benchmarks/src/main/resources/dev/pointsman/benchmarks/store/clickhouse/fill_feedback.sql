-- A share of the inferences gets feedback, an hour later on average; one value in a hundred is about
-- nothing that is stored.
INSERT INTO feedback
WITH
  sipHash64(inference_id, 'd') / 18446744073709551616.0 AS u1,
  sipHash64(inference_id, 'v') / 18446744073709551616.0 AS u2,
  lower(hex(MD5(toString(inference_id)))) AS m,
  started_at + toIntervalMicrosecond(toInt64(-log(greatest(u1, 1e-12)) * 3600000000)) AS t,
  lower(leftPad(hex(intDiv(toUnixTimestamp64Micro(t), 1000)), 12, '0')) AS at_hex
SELECT
  toUUID(concat(substring(at_hex, 1, 8), '-', substring(at_hex, 9, 4), '-7', substring(m, 1, 3),
    '-a', substring(m, 4, 3), '-', substring(m, 7, 12))),
  t, 'inference',
  if(u2 * 1e6 - floor(u2 * 1e4) * 100 < 1,
    toUUID(concat(substring(toString(inference_id), 1, 24), substring(m, 1, 12))), inference_id),
  'resolved',
  u2 < multiIf(chosen_variant = 'grand', 0.92, chosen_variant = 'large', 0.85,
    chosen_variant = 'medium', 0.7, 0.45),
  NULL, NULL, if(u2 < 0.5, 'app', 'user'), map(), NULL, NULL
FROM inference
WHERE started_at >= fromUnixTimestamp64Micro(${from_us}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro(${to_us}, 'UTC')
  AND sipHash64(inference_id, 'f') / 18446744073709551616.0 < ${share}
