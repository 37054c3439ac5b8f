  map_from_entries(list_filter(
    list_transform(string_split(:rollup_tags, chr(31)), lambda name: {'k': name, 'v': tags[name]}),
    lambda entry: entry.v IS NOT NULL))
