-- Inferences number ${first} up to ${last} of a month: two in a hundred in small functions, one in
-- twenty sticky to the one before it, one in a hundred failed. Columns in the table's order.
INSERT INTO inference
WITH numbered AS (
  SELECT i, i - CASE WHEN i % 20 = 7 THEN 1 ELSE 0 END AS e
  FROM range(${first}, ${last}) AS numbers(i)
),
chance AS (
  SELECT
    *,
    make_timestamp(${start_us} + i * ${step_us}) AS t,
    epoch_ms(make_timestamp(${start_us} + i * ${step_us})) AS ms,
    epoch_ms(make_timestamp(${start_us} + e * ${step_us})) AS episode_ms,
    md5(i::VARCHAR) AS m,
    md5(e::VARCHAR) AS em,
    hash(e * 16 + 1) / 18446744073709551616.0 AS u1,
    hash(e * 16 + 2) / 18446744073709551616.0 AS u2,
    hash(e * 16 + 3) / 18446744073709551616.0 AS u3,
    hash(e * 16 + 4) / 18446744073709551616.0 AS u4,
    hash(i * 16 + 5) / 18446744073709551616.0 AS u5,
    hash(i * 16 + 6) / 18446744073709551616.0 AS u6,
    hash(i * 16 + 7) / 18446744073709551616.0 AS u7
  FROM numbered
),
drawn AS (
  SELECT
    *,
    least(7, floor(-ln(greatest(u1, 1e-12)) * 2))::INTEGER AS topic,
    least(11, floor(-ln(greatest(u2, 1e-12)) * 4))::INTEGER AS k,
    CASE WHEN u3 < 0.01 THEN 'uniform' WHEN u3 < 0.06 THEN 'holdout' ELSE 'policy' END AS drawn_lane
  FROM chance
),
chosen AS (
  SELECT
    *,
    1 + topic % 4 AS best,
    ['grand', 'large', 'medium', 'small'] AS variants,
    CASE
      WHEN drawn_lane = 'uniform' THEN 1 + floor(u4 * 4)::INTEGER
      WHEN drawn_lane = 'holdout' THEN 2
      WHEN u4 < 0.6 THEN 1 + topic % 4
      ELSE 1 + floor((u4 - 0.6) * 10)::INTEGER
    END AS arm,
    sqrt(-2 * ln(greatest(u5, 1e-12))) * cos(6.2831853 * u6) AS normal
  FROM drawn
),
ready AS (
  SELECT
    *,
    i % 20 <> 7 AS decides,
    u7 >= 0.01 AS served,
    list_transform([1, 2, 3, 4], lambda a:
      0.94 * (CASE WHEN a = best THEN 0.6 ELSE 0 END + 0.1)
      + 0.05 * CASE WHEN a = 2 THEN 1 ELSE 0 END + 0.01 * 0.25) AS p,
    list_transform([1, 2, 3, 4], lambda a:
      CASE WHEN a = best THEN 0.6 ELSE 0 END + 0.1) AS policy_p,
    CASE arm WHEN 1 THEN 12000000 WHEN 2 THEN 2000000 WHEN 3 THEN 900000 ELSE 400000 END AS price
  FROM chosen
)
SELECT
  (substr(format('{:012x}', ms), 1, 8) || '-' || substr(format('{:012x}', ms), 9, 4) || '-7'
    || substr(m, 1, 3) || '-8' || substr(m, 4, 3) || '-' || substr(m, 7, 12))::UUID,
  (substr(format('{:012x}', episode_ms), 1, 8) || '-' || substr(format('{:012x}', episode_ms), 9, 4)
    || '-7' || substr(em, 21, 3) || '-9' || substr(em, 4, 3) || '-' || substr(em, 7, 12))::UUID,
  'req-' || i, NULL, NULL, 'node-1', 1, t,
  'openai', NULL,
  CASE WHEN e % 50 = 0 THEN ['summarise', 'extract', 'classify'][1 + (e // 50) % 3]
    ELSE 'support_reply' END,
  'chat', 'key-' || k, 'team-' || k % 3, NULL,
  MAP {'plan': CASE WHEN u2 < 0.3 THEN 'pro' ELSE 'free' END},
  'config-1', 'prices-1', 'squarecb', 'g' || (1 + e * 3 // ${decisions}), e // 1000, 1, 1,
  CASE WHEN decides THEN 'decision' ELSE 'sticky' END, NULL, 'topic=' || topic, 'main', NULL, NULL,
  MAP {}, MAP {},
  CASE WHEN decides THEN drawn_lane END,
  CASE WHEN decides THEN MAP {'policy': 0.94, 'holdout': 0.05, 'uniform': 0.01} ELSE MAP {} END,
  CASE WHEN decides THEN variants ELSE [] END,
  CASE WHEN decides THEN ['', '', '', ''] ELSE [] END,
  CASE WHEN decides THEN [0.92, 0.85, 0.7, 0.45] ELSE [] END,
  CASE WHEN decides THEN [12000000, 2000000, 900000, 400000] ELSE [] END,
  CASE WHEN decides THEN [900000, 600000, 400000, 200000] ELSE [] END,
  CASE WHEN decides THEN [0.62, 0.8, 0.69, 0.44] ELSE [] END,
  CASE WHEN decides THEN [0.005, 0.005, 0.005, 0.005] ELSE [] END,
  CASE WHEN decides THEN policy_p ELSE [] END,
  [],
  CASE WHEN decides THEN p ELSE [] END,
  25.0, 100.0, MAP {'tokens': (200 + u6 * 400)::INTEGER::VARCHAR},
  variants[arm], CASE WHEN decides THEN p[arm] END, decides AND arm <> best,
  CASE WHEN served THEN 'answered' ELSE 'failed' END,
  CASE WHEN NOT served THEN 'timed_out' END,
  CASE WHEN served THEN variants[arm] END,
  CASE WHEN served THEN 'model-' || variants[arm] END,
  CASE WHEN served THEN 'provider-' || arm % 2 END,
  1, FALSE, CASE WHEN served THEN 'stop' END, u5 < 0.5, 'off',
  (200 + u6 * 400)::BIGINT, (50 + u5 * 300)::BIGINT, NULL, NULL, NULL, FALSE,
  (price * (0.5 + u5))::BIGINT, 'large', (2000000 * (0.5 + u5))::BIGINT,
  exp(13 + 0.2 * arm + 0.6 * normal)::BIGINT,
  CASE WHEN u5 < 0.5 THEN exp(12 + 0.5 * normal)::BIGINT END,
  (200 + u2 * 800)::BIGINT
FROM ready
