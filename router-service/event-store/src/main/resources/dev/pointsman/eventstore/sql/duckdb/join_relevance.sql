LEFT JOIN (
  SELECT inference_id,
    len(string_split(lower(input), lower(:text_${n})))
      + len(string_split(lower(coalesce(output, '')), lower(:text_${n}))) AS occurrences
  FROM inference_payload
) found_${n} ON found_${n}.inference_id = i.inference_id
