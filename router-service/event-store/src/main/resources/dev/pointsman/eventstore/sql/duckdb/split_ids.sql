(SELECT unnest(string_split(:keys::VARCHAR, chr(31)))::UUID)
