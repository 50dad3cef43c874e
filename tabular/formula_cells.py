"""Texts that a spreadsheet would run as formulas, in cells of a CSV. Source: OWASP, CSV injection."""

import re
from typing import Any

_INVISIBLE = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in [
        *[(0x00, 0x1F), (0x7F, 0xA0), (0xAD, 0xAD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5)],
        *[(0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x206F), (0x3000, 0x3000), (0x3164, 0x3164)],
        *[(0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xE0000, 0xE0FFF)],
    ]
)
"""Characters without a shape, as ranges of a regular expression. A spreadsheet may drop them, and what follows begins the
cell. A space is none of them: a text after a space stays a text."""
FORMULA = f"^(?:[{_INVISIBLE}]*[=+\\-@＝＋－＠]|[\t\r\n])"
NUMBER = r"^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?$"


def escape_formula(cell: Any) -> Any:
    """Return a cell, with an apostrophe in front if a spreadsheet would run it as a formula."""
    if not isinstance(cell, str) or not re.match(FORMULA, cell) or re.fullmatch(NUMBER, cell):
        return cell
    return f"'{cell}"
