"""The answers of the service to a case of a run sheet, in every language, as they are recorded."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from client import Card, Client, Curves, Explanation
from demo.fields import field_types
from demo.meetings.recordings import RecordedAnswer
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
        began = time.perf_counter()
        explained = client.explain(case["model"], [dict(case["row"])], language, version=card["version"])
        waits.append(time.perf_counter() - began)
        explanation = explained["explanations"][0]
        curves = _ask_curves(client, case, card, explanation, language)
        answers[language] = {"card": _without_real_rows(card), "explanation": explanation, "curves": curves}
    return CaseAnswers(answers, max(waits))


def choose_field(case: Mapping[str, Any], card: Card, explanation: Explanation) -> str | None:
    """Return the field whose curve a case shows: the planned one, else the strongest reason, else the first field.

    A field without a curve, such as a text, is passed over. None if the case shows no curve.
    """
    if "what-if" not in case["show"]:
        return None
    sweepable = {name for name, field_type in field_types.get_fields(card).items() if field_type.can_sweep}
    strongest = sorted(explanation["contributions"], key=lambda each: -abs(each["contribution"]))
    candidates = (case["what_if_field"], *(each["field"] for each in strongest), *field_types.order_by_importance(card))
    return next((name for name in candidates if name in sweepable), None)


def _ask_curves(
    client: Client, case: Mapping[str, Any], card: Card, explanation: Explanation, language: str
) -> Curves | None:
    field = choose_field(case, card, explanation)
    if field is None:
        return None
    return client.curves(case["model"], dict(case["row"]), [field], language, version=card["version"])


def _without_real_rows(card: Card) -> Card:
    """Return a card without the rows of other people: a recording needs its texts alone."""
    return cast(Card, {name: value for name, value in card.items() if name not in {"real_rows", "real_truths"}})
