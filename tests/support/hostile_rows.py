"""A row whose names and values try to end every kind of literal, and to change how code is read."""

from typing import Any

ENDS = '"\'\'\'""" `${x}` $x $(x) %PATH% \\ \\" \\\' */ // -- ]]> #{x} #(lf) #(#) {0} )---" )----" @" \n\r\n\t end'
HOSTILE_ROW: dict[str, Any] = {
    "plain": 1,
    "__proto__": 0.1,
    "constructor": 1e-07,
    'na"me': "x",
    "na'me\n": None,
    "$body": "$url $fields YOUR-KEY",
    "ends": ENDS,
    "bidi": "a\u202eb\u2066c\u2028d\u200fe",
    "controls": "nul\x00 bell\x07 escape\x1b[31m delete\x7f",
    "letters": "zażółć gęślą jaźń 中文 \U0001f600 \U000e0041",
    "flag": True,
    "off": False,
    "large": 9007199254740991,
    "empty": "",
}
