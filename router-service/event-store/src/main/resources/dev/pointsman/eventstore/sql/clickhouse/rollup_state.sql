SELECT maxIf(rule, function_name = '') AS tags, min(as_of) AS as_of
FROM rollup_mark FINAL
HAVING count() > 0
