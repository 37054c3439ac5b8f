i.function_name = :value_${n}
