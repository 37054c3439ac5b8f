LEFT JOIN (
  SELECT inference_id,
    toNullable(countSubstringsCaseInsensitiveUTF8(input, :text_${n})
      + countSubstringsCaseInsensitiveUTF8(coalesce(output, ''), :text_${n})) AS occurrences
  FROM inference_payload
) found_${n} ON found_${n}.inference_id = i.inference_id
