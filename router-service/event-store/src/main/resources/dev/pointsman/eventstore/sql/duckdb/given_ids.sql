SELECT CAST(unnest(string_split(:ids, ',')) AS UUID)
