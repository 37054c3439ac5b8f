-- The functions and metrics asked for.
asked AS (
  SELECT
    split_part(rule, chr(31), 1) AS function_name,
    split_part(rule, chr(31), 2) AS metric_name
  FROM (SELECT unnest(string_split(:rules, chr(30))) AS rule)
),
