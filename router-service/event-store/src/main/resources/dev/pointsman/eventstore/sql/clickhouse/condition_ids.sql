toUInt128(i.inference_id) IN (
  SELECT toUInt128(toUUID(arrayJoin(splitByChar(',', :value_${n})))))
