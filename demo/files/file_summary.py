"""What a file of rows turned out to be, in the reader's words."""

from client import RecognisedFile
from demo.text.translation import Tongue

FORMATS = {"csv": "CSV", "arrow": "Arrow", "parquet": "Parquet"}
_SIGNS = {"": "–", "tab": "Tab"}
_NAMED = 8


def facts(found: RecognisedFile, words: Tongue) -> list[str]:
    """Return how many rows, which format, and how a CSV was read."""
    parts = [words.count("{n} row", "{n} rows", found["rows"]), FORMATS.get(found["format"], "?")]
    if "separator" in found:
        parts.append(words.say("cells apart by {sign}", sign=_SIGNS.get(found["separator"], found["separator"])))
    if "decimal" in found:
        parts.append(words.say("decimal comma") if found["decimal"] == "comma" else words.say("decimal point"))
    if "encoding" in found:
        parts.append(found["encoding"].upper())
    parts.append(words.count("{n} column read", "{n} columns read", len(found["columns"])))
    return parts


def passed_through(found: RecognisedFile, words: Tongue) -> str:
    """Name the columns that the model does not read; nothing where there are none."""
    if not found["ignored"]:
        return ""
    names = ", ".join(found["ignored"][:_NAMED]) + (" …" if len(found["ignored"]) > _NAMED else "")
    return words.say("Passed through unread: {names}.", names=names)
