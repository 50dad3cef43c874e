"""Describe bytes that are not in the encoding of a CSV: their line, and the encoding that they suggest."""

import codecs
from pathlib import Path

from service.bundles.scorers.deadlines import current_deadline
from service.errors import InvalidFile
from tabular.file_signatures import describe_kind

_CHUNK_BYTES = 2**20
_SAMPLE_BYTES = 2**16
_NAMES = {"utf-8-sig": "UTF-8", "cp1250": "windows-1250", "cp1252": "windows-1252"}
_SAVE = "Save it as “CSV UTF-8”"
_POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ„”–…’"
_WESTERN = "àâäçéèêëîïôöùûüßñáíóúãõåæøœÀÂÄÇÉÈÊËÎÏÔÖÙÛÜÑÁÍÓÚÃÕÅÆØ€“”–…’°£"
_CANDIDATES = (("windows-1250", _POLISH), ("windows-1252", _WESTERN), ("iso-8859-2", _POLISH))
"""Encodings that users name, and the letters that show them. Of equal ones, the first counts."""
_MARKS_OF_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SHARE_OF_ZEROS = 0.3
"""The share of zero bytes from which a text is UTF-16: Latin letters have one in two bytes."""


def encoding_fault(file: Path, encoding: str) -> InvalidFile:
    """Return the error for a file with bytes that the encoding does not allow. It reads the file up to them."""
    line, is_ascii, sample = _find_wrong_bytes(file, encoding)
    charset = ""
    if encoding.startswith("utf-8") and is_ascii:
        charset = _suggested_charset(sample)
    elif not encoding.startswith("utf") and _begins_with_utf_8(file):
        charset = "utf-8"
    if charset == "utf-8":
        advice = "Its bytes are UTF-8: leave out the charset of the Content-Type."
    elif charset:
        advice = f"{_SAVE}, or name its encoding: Content-Type: text/csv; charset={charset}."
    elif encoding == "utf-16":
        advice = f"It is damaged or cut off. {_SAVE}."
    else:
        advice = f"{_SAVE}."
    problem = f"The file is not {_NAMES.get(encoding, encoding.upper())}: see line {line:,}."
    fault = InvalidFile(problem, advice=advice, fault_code="wrong_encoding", line=line)
    fault.charset = charset
    return fault


def zero_bytes_fault(head: bytes = b"", line: int | None = None) -> InvalidFile:
    """Return the error for a file that holds zero bytes; `head` has its first ones."""
    if head.startswith(_MARKS_OF_UTF32):
        problem = "The file is UTF-32."
    elif head.count(0) >= _SHARE_OF_ZEROS * len(head) > 0 and not _zeros_side_by_side(head):
        problem = "The file looks like UTF-16 without its byte order mark."
    else:
        kind = describe_kind(head)
        if kind.words:
            problem = f"This is no CSV text: it is {kind.words}."
            return InvalidFile(problem, advice=kind.advice, fault_code="zero_bytes", line=line)
        problem = "This is no CSV text: it holds zero bytes."
    return InvalidFile(problem, advice="Save it as CSV in UTF-8.", fault_code="zero_bytes", line=line)


def _find_wrong_bytes(file: Path, encoding: str) -> tuple[int, bool, bytes]:
    """Return the physical line of the first wrong bytes, whether the text before them is ASCII, and the bytes from there."""
    new_decoder = codecs.getincrementaldecoder(encoding)
    decoder, breaks, is_ascii = new_decoder(), _LineBreaks(), True
    with file.open("rb") as binary:
        chunk = b"\n"
        while chunk:
            current_deadline()
            state = decoder.getstate()
            chunk = binary.read(_CHUNK_BYTES)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                decoder.setstate(state)
                good = max(0, error.start - len(state[0]))
                text = decoder.decode(chunk[:good])
                sample = error.object[error.start :] + binary.read(_SAMPLE_BYTES)
                return breaks.count(text) + 1, is_ascii and text.isascii(), sample[:_SAMPLE_BYTES]
            breaks.count(text)
            is_ascii = is_ascii and text.isascii()
    return breaks.count("") + 1, is_ascii, b""


class _LineBreaks:
    """Counts the line breaks of a text that comes in pieces. A carriage return before a line feed is one with it."""

    def __init__(self) -> None:
        self._breaks, self._ends_with_return = 0, False

    def count(self, text: str) -> int:
        """Add a piece; return the line breaks so far."""
        self._breaks += text.count("\n") + text.count("\r") - text.count("\r\n")
        if text:
            self._breaks -= self._ends_with_return and text.startswith("\n")
            self._ends_with_return = text.endswith("\r")
        return self._breaks


def _suggested_charset(sample: bytes) -> str:
    """Return the name of the encoding that wrong bytes of UTF-8 suggest; empty if they show none."""
    scores = {charset: _count_letters(sample, charset, letters) for charset, letters in _CANDIDATES}
    best = max(scores, key=lambda charset: scores[charset])
    return best if scores[best] > 0 else ""


def _count_letters(sample: bytes, charset: str, letters: str) -> int:
    """Return how many of the letters a sample has under an encoding, less the signs that no text has."""
    text = sample.decode(charset, "replace")
    wrong = text.count("\ufffd") + sum(not sign.isprintable() for sign in text if sign not in "\t\r\n")
    return sum(map(text.count, letters)) - wrong


def _begins_with_utf_8(file: Path) -> bool:
    with file.open("rb") as binary:
        head = binary.read(_SAMPLE_BYTES)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end == len(head) == _SAMPLE_BYTES  # the last character is cut
    return True


def _zeros_side_by_side(head: bytes) -> bool:
    return b"\0\0" in head
