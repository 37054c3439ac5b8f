found_${n}.occurrences ${direction} NULLS LAST
