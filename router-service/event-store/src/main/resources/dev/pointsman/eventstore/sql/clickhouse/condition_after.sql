i.started_at >= :time_${n}
  AND (i.started_at > :time_${n} OR toUInt128(i.inference_id) > toUInt128(toUUID(:id_${n})))
