i.episode_id = toUUID(:value_${n})
