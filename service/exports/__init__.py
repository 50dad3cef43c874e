"""The model in another form: as code, as a workbook, as a file that others read."""
