SELECT max(rule) FILTER (WHERE function_name = '') AS tags, min(as_of) AS as_of
FROM rollup_mark
HAVING count(*) > 0
