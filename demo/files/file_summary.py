"""What a file of rows turned out to be, in the reader's words."""

from client import RecognisedFile
from demo.text.translation import Translation

FORMATS = {"csv": "CSV", "arrow": "Arrow", "parquet": "Parquet"}
_SIGNS = {"": "–", "tab": "Tab"}
_NAMED = 8


def describe_format(found: RecognisedFile, tr: Translation) -> list[str]:
    """Return how many rows, which format, and how a CSV was read."""
    parts = [tr.count("{n} row", "{n} rows", found["rows"]), FORMATS.get(found["format"], "?")]
    if "separator" in found:
        parts.append(tr.text("cells apart by {sign}", sign=_SIGNS.get(found["separator"], found["separator"])))
    if "decimal" in found:
        parts.append(tr.text("decimal comma") if found["decimal"] == "comma" else tr.text("decimal point"))
    if "encoding" in found:
        parts.append(found["encoding"].upper())
    parts.append(tr.count("{n} column read", "{n} columns read", len(found["columns"])))
    return parts


def describe_ignored_columns(found: RecognisedFile, tr: Translation) -> str:
    """Name the columns that the model does not read; nothing where there are none."""
    if not found["ignored"]:
        return ""
    names = ", ".join(found["ignored"][:_NAMED]) + (" …" if len(found["ignored"]) > _NAMED else "")
    return tr.text("Passed through unread: {names}.", names=names)
