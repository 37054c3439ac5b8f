DELETE FROM ${table}
WHERE ${time} < :before::TIMESTAMP
  AND rowid <= (
    SELECT max(r) FROM (
      SELECT rowid AS r FROM ${table}
      WHERE ${time} < :before::TIMESTAMP ORDER BY rowid LIMIT :step))
