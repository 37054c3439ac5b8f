i.inference_id IN (
  SELECT inference_id FROM inference_payload
  WHERE contains(lower(input), lower(:text_${n}))
    OR contains(lower(coalesce(output, '')), lower(:text_${n})))
