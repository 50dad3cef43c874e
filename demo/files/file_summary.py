"""Describes the recognised format and columns of an uploaded file."""

from client import RecognisedFile
from demo.text.translation import Translation

FORMATS = {"csv": "CSV", "arrow": "Arrow", "parquet": "Parquet", "xlsx": "Excel", "pictures": "ZIP"}
_SEPARATOR_NAMES = {"": "–", "tab": "Tab"}
_MAX_NAMED = 8


def describe_format(recognised: RecognisedFile, tr: Translation) -> list[str]:
    """Return the number of rows, the format, how a CSV was read, and the number of columns read, as short texts."""
    parts = [tr.count("{n} row", "{n} rows", recognised["rows"]), FORMATS.get(recognised["format"], "?")]
    if pictures := recognised.get("pictures"):
        parts.append(tr.count("zip with {n} picture", "zip with {n} pictures", pictures))
    if "separator" in recognised:
        parts.append(
            tr.text("separator {sign}", sign=_SEPARATOR_NAMES.get(recognised["separator"], recognised["separator"]))
        )
        parts.append(tr.text("decimal comma") if recognised.get("decimal") == "comma" else tr.text("decimal point"))
    if "sheet" in recognised:
        parts.append(tr.text("sheet {name}", name=recognised["sheet"]))
    if hidden := recognised.get("hidden_rows"):
        parts.append(tr.count("{n} hidden row scored too", "{n} hidden rows scored too", hidden))
    if hidden := recognised.get("hidden_columns"):
        parts.append(tr.count("{n} hidden column read too", "{n} hidden columns read too", hidden))
    if "encoding" in recognised:
        parts.append(recognised["encoding"].upper())
    parts.append(
        tr.count("{n} column used", "{n} columns used", len(recognised["columns"]) + recognised.get("more_columns", 0))
    )
    return parts


def describe_matched_columns(recognised: RecognisedFile, tr: Translation) -> str:
    """Return a sentence with the columns that have another name than their field; empty if there are none."""
    matched = recognised.get("matched", {})
    if not matched:
        return ""
    pairs = [tr.text("{field} from “{column}”", field=field, column=column) for field, column in matched.items()]
    more = " …" if len(pairs) > _MAX_NAMED else ""
    return tr.text("Columns of other names: {pairs}.", pairs=", ".join(pairs[:_MAX_NAMED]) + more)


def describe_ignored_columns(recognised: RecognisedFile, tr: Translation) -> str:
    """Return a sentence with the columns that the model does not read; empty if it reads all."""
    if not recognised["ignored"]:
        return ""
    names = ", ".join(recognised["ignored"][:_MAX_NAMED]) + (" …" if len(recognised["ignored"]) > _MAX_NAMED else "")
    return tr.text("Kept, not used: {names}.", names=names)
