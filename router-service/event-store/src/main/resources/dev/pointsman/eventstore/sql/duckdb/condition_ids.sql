i.inference_id IN (SELECT CAST(unnest(string_split(:value_${n}, ',')) AS UUID))
