"""Files of rows that hold a CSV inside: compressed CSV files, and Excel workbooks, whose sheets are read as CSV."""
