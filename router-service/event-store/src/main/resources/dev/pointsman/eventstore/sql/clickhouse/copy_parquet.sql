SELECT ${columns} FROM ${table} LIMIT ${rows}
SETTINGS output_format_parquet_string_as_string = 1, output_format_parquet_compression_method = 'zstd'
