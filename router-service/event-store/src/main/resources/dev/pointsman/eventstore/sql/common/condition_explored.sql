i.explored = :value_${n}
