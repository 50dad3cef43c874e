"""Files of rows: CSV, Arrow and Parquet in, the same with predictions out."""
