"""The inputs of nightly jobs: files, folders and tables, read in batches of bounded size."""
