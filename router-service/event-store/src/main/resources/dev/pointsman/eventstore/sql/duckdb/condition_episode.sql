i.episode_id = :value_${n}
