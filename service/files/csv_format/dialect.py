"""How a CSV file is written: encoding, separator, decimal sign. Recognised by evidence, or refused with a hint."""

import codecs
import re
from collections.abc import Iterable, Sequence

from service.errors import Fault, InvalidFile
from service.rows.strict_json import shown
from service.schemas.row_files import Decimal

_ENCODINGS = {"utf-8", "utf-16", "cp1250", "cp1252", "iso8859-1", "iso8859-2"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+([eE][+-]?\d+)?")


def encoding_of(head: bytes, charset: str) -> str:
    """Return the encoding by the file's first bytes, or as the caller says. Raises InvalidFile."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    try:
        encoding = codecs.lookup(charset or "utf-8").name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS:
        known = "utf-8, utf-16, windows-1250, windows-1252, iso-8859-1, iso-8859-2"
        raise InvalidFile(f"The charset {shown(charset)} is not taken. Use one of: {known}.", fault_code="unknown_charset")
    if b"\0" in head and encoding != "utf-16":
        raise InvalidFile("This is no CSV text: it holds zero bytes. Save it as CSV in UTF-8.", fault_code="zero_bytes")
    return encoding


def no_text(error: UnicodeDecodeError, line: int) -> InvalidFile:
    """Return what to say of bytes that are not in the encoding."""
    return InvalidFile(
        f"The file is not {error.encoding.upper()}: see the line after {line:,}. Save it as “CSV UTF-8”, or name its "
        "encoding: Content-Type: text/csv; charset=windows-1250.",
        fault_code="wrong_encoding",
    )


def no_header(names: list[str], wanted: Sequence[str]) -> InvalidFile:
    """Return what to say of a first line that does not name all wanted columns."""
    numbers = sum(1 for name in names if _NUMBER.fullmatch(name))
    if numbers * 3 > len(names):
        return InvalidFile("The first line must name the columns; this one looks like values.", fault_code="no_header")
    return missing_columns(names, wanted)


def missing_columns(names: Sequence[str], wanted: Sequence[str]) -> InvalidFile:
    """Return what to say of a file without some of the model's columns."""
    folded = {name.casefold().replace(" ", "_").replace("-", "_"): name for name in names}
    faults = []
    for name in wanted:
        if name not in names:
            other = folded.get(name.casefold())
            hint = f" There is “{shown(other)}”: names are matched letter by letter." if other else ""
            faults.append(Fault(name, "missing_column", f"The file has no column of this name.{hint}"))
    listed = ", ".join(fault.field or "" for fault in faults[:5]) + (" …" if len(faults) > 5 else "")  # noqa: PLR2004
    return InvalidFile(f"The file lacks columns: {listed}.", faults=faults[:100])


class DecimalEvidence:
    """Gathers, over all cells of the number columns, which decimal sign the file uses. 0,5 and 12.75 speak for a sign; 1,234
    and 1.234 may be thousands and speak for none."""

    def __init__(self) -> None:
        self._speaks = dict.fromkeys(_SIGNS, False)
        self._unclear = dict.fromkeys(_SIGNS, False)

    def see(self, cells: Iterable[str]) -> None:
        joined = "\n".join(cells)
        for sign, (fraction, thousands) in _SIGNS.items():
            if sign not in joined or self._speaks[sign]:
                continue
            for cell in map(str.strip, joined.split("\n")):
                if sign in cell and thousands.fullmatch(cell):
                    self._unclear[sign] = True
                elif sign in cell and fraction.fullmatch(cell):
                    self._speaks[sign] = True
                    break

    def decide(self, said: Decimal | None, separator: str) -> Decimal:
        """Return the sign. Raises InvalidFile where the evidence speaks for two, or leaves it unclear."""
        hint = "Say which it is: ?decimal=point or ?decimal=comma."
        if said:
            return said
        comma, point = self._speaks[","], self._speaks["."]
        if comma and (point or self._unclear["."]):
            raise InvalidFile(
                f"Some numbers have a decimal comma and some a decimal point. {hint}", fault_code="mixed_decimals"
            )
        # Whoever separates cells by commas writes no decimal ones: there a point is one.
        unclear = self._unclear[","] or (self._unclear["."] and separator != ",")
        if unclear and not comma and not point:
            shown = "1,234" if self._unclear[","] else "1.234"
            raise InvalidFile(
                f"Numbers such as {shown} may mean a thousand or a little more than one. {hint}",
                fault_code="unclear_thousands",
            )
        return "comma" if comma else "point"


def _patterns(sign: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return how a number with a fraction is written, and one that may have thousands instead."""
    return re.compile(rf"[+-]?\d*{sign}\d+([eE][+-]?\d+)?"), re.compile(rf"[+-]?[1-9]\d{{0,2}}({sign}\d{{3}})+")


_SIGNS = {",": _patterns(","), ".": _patterns(r"\.")}
