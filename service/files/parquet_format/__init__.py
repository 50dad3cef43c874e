"""What a Parquet file says of itself before it is read."""
