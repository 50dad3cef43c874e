"""Promises of the line that says how an uploaded file was read."""

from typing import Any

from demo.files.file_summary import describe_format
from demo.text.translation import Translation


def test_the_sheet_and_the_hidden_rows_of_a_workbook_are_told() -> None:
    file: Any = {"format": "xlsx", "rows": 3, "columns": ["a"], "ignored": [], "sheet": "Rows", "hidden_rows": 1}
    assert describe_format(file, Translation("en")) == [
        "3 rows",
        "Excel",
        "sheet Rows",
        "1 hidden row scored too",
        "1 column used",
    ]
    assert describe_format(file | {"hidden_rows": 3}, Translation("pl"))[2:4] == [
        "arkusz Rows",
        "oceniono też 3 ukryte wiersze",
    ]
