    SELECT unnest(string_split(:buckets, ','))::BIGINT
