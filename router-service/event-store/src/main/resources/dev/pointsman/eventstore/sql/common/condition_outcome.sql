i.outcome = :value_${n}
