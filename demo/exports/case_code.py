"""The code that asks the service for a case, in each language, and formulas of Excel that do."""

from collections.abc import Mapping
from dataclasses import dataclass

from client import Card, Row
from demo.snippets.excel_formula import write_formulas
from demo.snippets.request_snippets import LANGUAGES, write_snippet
from demo.text.wording import is_classification

EXCEL = "excel"
TITLES: Mapping[str, str] = {name: language.title for name, language in LANGUAGES.items()} | {EXCEL: "Excel WEBSERVICE"}
"""Language → its name on the page."""


@dataclass(frozen=True)
class CaseCode:
    """Code, and the name of its highlighting."""

    text: str
    highlighting: str | None


def write_case_code(language: str, address: str, card: Card, row: Row, *, with_key: bool) -> CaseCode | None:
    """Return code that asks for the answer to a row; None if the function of Excel cannot send the request."""
    if language != EXCEL:
        text = write_snippet(language, address, card["name"], row, with_key=with_key)
        return CaseCode(text, LANGUAGES[language].highlighting)
    part = "decision" if card["output"].get("bands") else "label" if is_classification(card) else ""
    formulas = None if with_key else write_formulas(address, card["name"], row, part)
    return None if formulas is None else CaseCode(formulas, None)
