  CASE WHEN :rollup_tags = '' OR cardinality(tags) = 0 THEN MAP {}
    ELSE map_from_entries(list_filter(
      list_transform(string_split(:rollup_tags, chr(31)), lambda name: {'k': name, 'v': tags[name]}),
      lambda entry: entry.v IS NOT NULL))
  END
