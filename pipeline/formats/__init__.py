"""Record formats: JSON lines, CSV and Parquet."""
