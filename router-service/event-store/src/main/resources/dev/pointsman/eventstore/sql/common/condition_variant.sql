coalesce(i.served_variant, i.chosen_variant) = :value_${n}
