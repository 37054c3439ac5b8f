SELECT * EXCEPT (version, computed_only)
FROM ${table}
WHERE NOT computed_only AND (${where})
  AND (${per}seconds, bucket, version) IN (
    SELECT ${per}seconds, bucket, max(version) FROM ${table} GROUP BY ${per}seconds, bucket)
