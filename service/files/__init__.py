"""Files of rows: CSV, Arrow and Parquet in, the same with predictions out.

Knows: file formats, Arrow arrays, cards through `scoring`. Must not know: HTTP, the store.
"""
