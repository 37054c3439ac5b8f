SELECT DISTINCT function_name FROM usage_rollup ORDER BY function_name
