"""The model as an Excel workbook with live formulas."""
