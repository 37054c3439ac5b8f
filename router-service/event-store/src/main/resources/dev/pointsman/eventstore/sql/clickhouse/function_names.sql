SELECT DISTINCT function_name
FROM usage_rollup
WHERE NOT computed_only
ORDER BY function_name
