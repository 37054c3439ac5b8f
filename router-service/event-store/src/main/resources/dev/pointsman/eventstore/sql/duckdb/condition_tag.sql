coalesce(i.tags[:key_${n}] = :value_${n}, FALSE)
