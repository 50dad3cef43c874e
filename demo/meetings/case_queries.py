"""The answers of the service to a case of a run sheet, in every language, as they are recorded."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from client import Card, Client, Curves, Row
from demo.fields import field_types
from demo.meetings.recordings import RecordedAnswer
from demo.session.cases import complete_row
from wire.languages import LANGUAGES


@dataclass(frozen=True)
class CaseAnswers:
    """Language → answer. `seconds` is how long the answer took that the page waits for."""

    by_language: Mapping[str, RecordedAnswer]
    seconds: float


def ask_case(client: Client, case: Mapping[str, Any]) -> CaseAnswers:
    """Return the answers to a case: of its planned version, else of the version that is served now. Raises ServiceError."""
    answers: dict[str, RecordedAnswer] = {}
    waits = []
    for language in LANGUAGES:
        card = client.card(case["model"], language, version=case["version"])
        row = complete_row(card, case["row"])
        began = time.perf_counter()
        explanation = client.explain(card["name"], [row], language, version=card["version"])["explanations"][0]
        waits.append(time.perf_counter() - began)
        curves = _ask_curves(client, case, card, row, language)
        answers[language] = {"card": _without_real_rows(card), "explanation": explanation, "curves": curves}
    return CaseAnswers(answers, max(waits))


def choose_field(card: Card, case: Mapping[str, Any]) -> str | None:
    """Return the field whose curve a case shows: the planned one, else the one that matters most; None if no field can."""
    kinds = field_types.get_fields(card)
    names = (case["what_if_field"], *field_types.order_by_importance(card))
    return next((name for name in names if name in kinds and kinds[name].can_sweep), None)


def _ask_curves(client: Client, case: Mapping[str, Any], card: Card, row: Row, language: str) -> Curves | None:
    field = choose_field(card, case) if "what-if" in case["show"] else None
    if field is None:
        return None
    return client.curves(card["name"], row, [field], language, pinned=row, version=card["version"])


def _without_real_rows(card: Card) -> Card:
    """Return a card without the rows of other people: a recording needs its texts alone."""
    return cast(Card, {name: value for name, value in card.items() if name not in {"real_rows", "real_truths"}})
