(mapContains(i.tags, :key_${n}) AND i.tags[:key_${n}] <> :value_${n})
