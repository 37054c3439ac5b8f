i.started_at ${comparison} :value_${n}
