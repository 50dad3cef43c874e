"""The code that asks the service for a case, in each language, and formulas of Excel that do."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from client import Card, Row
from demo.fields import field_types
from demo.snippets.excel_formula import write_formulas
from demo.snippets.request_snippets import LANGUAGES, PictureFile, picture_files, write_snippet
from demo.text.picture_html import is_picture
from demo.text.wording import is_classification

EXCEL = "excel"
TITLES: Mapping[str, str] = {name: language.title for name, language in LANGUAGES.items()} | {EXCEL: "Excel WEBSERVICE"}
"""Language → its name on the page."""


@dataclass(frozen=True)
class CaseCode:
    """Code, and the name of its highlighting."""

    text: str
    highlighting: str | None


def case_pictures(card: Card, row: Row) -> dict[PictureFile, bytes]:
    """Return each file that the code reads → its content: a picture of the case."""
    return {
        file: b64decode(str(row[name]).partition(",")[2])
        for name, file in picture_files(row, field_types.list_pictures(card)).items()
        if is_picture(row.get(name))
    }


def write_case_code(language: str, address: str, card: Card, row: Row, *, with_key: bool) -> CaseCode | None:
    """Return code that asks for the answer to a row; None if the function of Excel cannot send the request."""
    pictures = field_types.list_pictures(card)
    if language != EXCEL:
        text = write_snippet(language, address, card["name"], row, with_key=with_key, pictures=pictures)
        return CaseCode(text, LANGUAGES[language].highlighting)
    part = "decision" if card["output"].get("bands") else "label" if is_classification(card) else ""
    has_arrays = bool(pictures) or any(isinstance(value, list) for value in row.values())
    formulas = None if with_key or has_arrays else write_formulas(address, card["name"], row, part)
    return None if formulas is None else CaseCode(formulas, None)
