(i.lane IS NOT NULL AND i.lane = :value_${n})
