(i.started_at, i.inference_id) > (CAST(:time_${n} AS TIMESTAMP), CAST(:id_${n} AS UUID))
  AND i.started_at >= CAST(:time_${n} AS TIMESTAMP)
