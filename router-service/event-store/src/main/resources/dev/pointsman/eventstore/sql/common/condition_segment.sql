i.segment = :value_${n}
