i.served_variant IS NOT NULL
