metric_${n}.value ${direction} NULLS LAST
