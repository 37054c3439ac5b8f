SELECT max(rule) FILTER (WHERE function_name = '') AS tags, min(as_of) AS as_of
FROM rollup_mark
-- Of those that are computed from the first event on there is nothing to say yet.
WHERE rule <> chr(30)
HAVING count(*) > 0
