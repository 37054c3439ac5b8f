  mapSort(mapFilter((name, value) -> has(splitByChar(char(31), :rollup_tags), name), tags))
