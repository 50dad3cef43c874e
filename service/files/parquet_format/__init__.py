"""The metadata of Parquet files, read before the data are unpacked."""
