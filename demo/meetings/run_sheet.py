"""The cases of a meeting in their order, and every change of it. Each function returns a new list."""

import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from client import Card, MeetingCase, Row, StoredFeedback

MAX_CASES, MAX_NAME, MAX_NOTE = 200, 120, 2_000
SHOWN = ("answer", "why", "what-if", "compare")
"""What a case can show, in the order of the steps."""
_ID_BYTES = 6
_VERDICTS = {"disagree": 0, "unsure": 1, "agree": 2}
_UNWRITABLE = {"Cc", "Cs"}
"""Categories of Unicode: control characters, and halves of a pair."""
_MARKS, _MAX_MARKS = {"Mn", "Me"}, 8
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Removed:
    """A removed case, and where it was."""

    index: int
    case: MeetingCase


def clean_text(text: str, max_characters: int, *, has_lines: bool = False) -> str:
    """Return a typed text without what the service refuses and without space around it, cut to a length.

    It refuses control characters, those that turn the direction of what follows, and heaps of marks on one letter.
    """
    lines, kept, marks = "\n" if has_lines else "", [], 0
    for letter in text.replace("\t", " ") if has_lines else " ".join(text.split()):
        category = unicodedata.category(letter)
        marks = marks + 1 if category in _MARKS else 0
        is_writable = category not in _UNWRITABLE and letter not in _DIRECTIONS and marks <= _MAX_MARKS
        kept.append(letter if letter in lines or is_writable else "")
    return "".join(kept).strip()[:max_characters].strip()


def make_case(name: str, model: str, row: Row, *, note: str = "", version: str | None = None) -> MeetingCase:
    """Return a case that asks the audience for a guess, then shows the answer and its reasons."""
    return {
        "id": secrets.token_hex(_ID_BYTES),
        "name": clean_text(name, MAX_NAME),
        "note": clean_text(note, MAX_NOTE, has_lines=True),
        "model": model,
        "version": version,
        "row": dict(row),
        "show": ["answer", "why"],
        "what_if_field": None,
        "compare_with": None,
        "guess": True,
    }


def make_example_cases(card: Card, names: Iterable[str]) -> list[MeetingCase]:
    """Return a case for each example of a card that is named."""
    examples = {example["name"]: example for example in card.get("examples", [])}
    chosen = [examples[name] for name in names if name in examples]
    return [make_case(example.get("label") or example["name"], card["name"], example["row"]) for example in chosen]


def make_row_cases(card: Card, rows: Sequence[tuple[str, Row]]) -> list[MeetingCase]:
    """Return a case for each row, which comes with its name."""
    return [make_case(name, card["name"], row) for name, row in rows]


def make_feedback_cases(entries: Iterable[StoredFeedback], name: str) -> list[MeetingCase]:
    """Return a case for each entry of feedback, disagreements first.

    `name` is the name of a case, with the place {n} for its number. The comment becomes the private note.
    """
    return [
        make_case(name.format(n=number), entry["model"], entry["row"], note=describe_comment(entry))
        for number, entry in enumerate(order_feedback(entries), start=1)
    ]


def order_feedback(entries: Iterable[StoredFeedback]) -> list[StoredFeedback]:
    """Return feedback with the disagreements first; of one verdict the order stays."""
    return sorted(entries, key=lambda entry: _VERDICTS.get(entry["verdict"], len(_VERDICTS)))


def describe_comment(entry: StoredFeedback) -> str:
    """Return what a person wrote, with the name that the person gave."""
    words = " · ".join(filter(None, (entry["reason"], entry["comment"])))
    return f"{entry['name']}: {words}" if words and entry["name"] else words


def add(cases: Sequence[MeetingCase], new: Sequence[MeetingCase]) -> list[MeetingCase]:
    """Return the cases with new ones at the end, as many as there is room for."""
    return [*cases, *new][: max(MAX_CASES, len(cases))]


def remove(cases: Sequence[MeetingCase], case_id: str) -> tuple[list[MeetingCase], Removed | None]:
    """Return the cases without one, and what was removed. A case that is compared with it is compared with none."""
    index = index_of(cases, case_id)
    if index is None:
        return list(cases), None
    return _compare_with_earlier(case for case in cases if case["id"] != case_id), Removed(index, cases[index])


def put_back(cases: Sequence[MeetingCase], removed: Removed) -> list[MeetingCase]:
    """Return the cases with a removed one where it was."""
    if index_of(cases, removed.case["id"]) is not None:
        return list(cases)
    return [*cases[: removed.index], removed.case, *cases[removed.index :]]


def move(cases: Sequence[MeetingCase], case_id: str, by: int) -> list[MeetingCase]:
    """Return the cases with one moved by so many places, at most to an end.

    A case that is compared with one that now comes later is compared with none.
    """
    index = index_of(cases, case_id)
    if index is None:
        return list(cases)
    others = [case for case in cases if case["id"] != case_id]
    others.insert(min(max(index + by, 0), len(others)), cases[index])
    return _compare_with_earlier(others)


def change(cases: Sequence[MeetingCase], case_id: str, **values: Any) -> list[MeetingCase]:
    """Return the cases with some values of one changed. Typed texts are cleaned; `show` gets the order of the steps."""
    if "name" in values:
        values["name"] = clean_text(values["name"], MAX_NAME)
    if "note" in values:
        values["note"] = clean_text(values["note"], MAX_NOTE, has_lines=True)
    if "show" in values:
        values["show"] = [part for part in SHOWN if part in values["show"]]
    return [cast(MeetingCase, {**case, **values}) if case["id"] == case_id else case for case in cases]


def _compare_with_earlier(cases: Iterable[MeetingCase]) -> list[MeetingCase]:
    """Return the cases; one that is compared with none before it is compared with none."""
    earlier: set[str | None] = {None}
    kept: list[MeetingCase] = []
    for case in cases:
        kept.append(case if case["compare_with"] in earlier else cast(MeetingCase, {**case, "compare_with": None}))
        earlier.add(case["id"])
    return kept


def index_of(cases: Sequence[MeetingCase], case_id: str | None) -> int | None:
    """Return the index of a case; None if it is not there."""
    return next((index for index, case in enumerate(cases) if case["id"] == case_id), None)


def find(cases: Sequence[MeetingCase], case_id: str | None) -> MeetingCase | None:
    """Return the case of an id; None if it is not there."""
    return next((case for case in cases if case["id"] == case_id), None)
