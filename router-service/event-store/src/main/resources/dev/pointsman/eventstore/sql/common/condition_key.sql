(i.key_id IS NOT NULL AND i.key_id = :value_${n})
