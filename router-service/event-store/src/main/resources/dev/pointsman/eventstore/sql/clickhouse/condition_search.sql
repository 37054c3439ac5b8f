i.inference_id IN (
  SELECT inference_id FROM inference_payload
  WHERE positionCaseInsensitiveUTF8(input, :text_${n}) > 0
    OR positionCaseInsensitiveUTF8(coalesce(output, ''), :text_${n}) > 0)
