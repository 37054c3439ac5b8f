-- A share of the inferences gets feedback, an hour later on average; one value in a hundred is about
-- nothing that is stored.
INSERT INTO feedback
WITH about AS (
  SELECT
    inference_id, candidates, segment, chosen_variant,
    hash(inference_id::VARCHAR || 'd') / 18446744073709551616.0 AS u1,
    hash(inference_id::VARCHAR || 'v') / 18446744073709551616.0 AS u2,
    md5(inference_id::VARCHAR) AS m,
    started_at
  FROM inference
  WHERE started_at >= make_timestamp(${from_us}) AND started_at < make_timestamp(${to_us})
    AND hash(inference_id::VARCHAR || 'f') / 18446744073709551616.0 < ${share}
),
timed AS (
  SELECT
    *,
    started_at + to_microseconds((-ln(greatest(u1, 1e-12)) * 3600000000)::BIGINT) AS t
  FROM about
)
SELECT
  (substr(format('{:012x}', epoch_ms(t)), 1, 8) || '-' || substr(format('{:012x}', epoch_ms(t)), 9, 4)
    || '-7' || substr(m, 1, 3) || '-a' || substr(m, 4, 3) || '-' || substr(m, 7, 12))::UUID,
  t, 'inference',
  CASE WHEN u2 * 1e6 % 100 < 1
    THEN (substr(inference_id::VARCHAR, 1, 24) || substr(m, 1, 12))::UUID
    ELSE inference_id
  END,
  'resolved',
  u2 < CASE chosen_variant WHEN 'grand' THEN 0.92 WHEN 'large' THEN 0.85 WHEN 'medium' THEN 0.7
    ELSE 0.45 END,
  NULL, NULL, CASE WHEN u2 < 0.5 THEN 'app' ELSE 'user' END, MAP {}, NULL, NULL
FROM timed
ORDER BY t
