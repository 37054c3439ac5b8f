SELECT function_name, metric_name, max(as_of) AS as_of
FROM statistics_mark
GROUP BY function_name, metric_name
ORDER BY function_name, metric_name
