SELECT *
FROM inference_payload
WHERE started_at >= :from AND started_at <= :to
  AND toUInt128(inference_id) IN (SELECT toUInt128(toUUID(arrayJoin(splitByChar(',', :ids)))))
