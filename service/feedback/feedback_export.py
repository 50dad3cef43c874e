"""Feedback as a file: CSV, JSON, an Excel workbook, or cases that `models check-cases` runs against any version."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from service.errors import TooLarge
from service.rows.strict_json import encode
from service.schemas import Feedback, FeedbackCase, FeedbackCases, RightAnswer
from tabular.formula_cells import escape_formula
from tabular.workbook_writer import WorkbookWriter

ExportFormat = Literal["csv", "json", "xlsx", "cases"]
MAX_ENTRIES = 50_000
_COLUMNS = ("id", "created", "model", "version", "verdict", "answer", "right_answer", "reason", "comment", "name")
_REVIEW_COLUMNS = ("meeting", "state", "reply", "reviewed", "row")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def export_feedback(entries: Iterable[Feedback], file_format: ExportFormat) -> bytes:
    """Return entries as a file. Raises TooLarge."""
    writers = {"csv": _to_csv, "json": _to_json, "xlsx": _to_workbook, "cases": _to_cases}
    return writers[file_format](_limited(entries))


def _limited(entries: Iterable[Feedback]) -> Iterator[Feedback]:
    for number, entry in enumerate(entries):
        if number == MAX_ENTRIES:
            raise TooLarge(f"A file may hold {MAX_ENTRIES:,} entries: choose fewer, for example with ?model= or ?state=.")
        yield entry


def _to_csv(entries: Iterable[Feedback]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*_COLUMNS, *_REVIEW_COLUMNS])
    writer.writerows([escape_formula(cell) for cell in _cells(entry)] for entry in entries)
    return _BYTE_ORDER_MARK + out.getvalue().encode()


def _to_json(entries: Iterable[Feedback]) -> bytes:
    return b'{"items":[' + b",".join(map(encode, entries)) + b"]}"


def _to_workbook(entries: Iterable[Feedback]) -> bytes:
    out = io.BytesIO()
    writer = WorkbookWriter(out, [*_COLUMNS, *_REVIEW_COLUMNS])
    writer.write(map(_cells, entries))
    writer.close()
    return out.getvalue()


def _to_cases(entries: Iterable[Feedback]) -> bytes:
    return encode(FeedbackCases(cases=list(known_cases(entries))))


def _cells(entry: Feedback) -> list[Any]:
    """Return one value for each column."""
    columns = {
        "answer": _text_of(_answer(entry)),
        "right_answer": _text_of(entry.right_answer),
        "row": encode(entry.row).decode(),
    }
    return [columns[name] if name in columns else getattr(entry, name) for name in (*_COLUMNS, *_REVIEW_COLUMNS)]


def known_cases(entries: Iterable[Feedback]) -> Iterator[FeedbackCase]:
    """Yield the rows whose right answer is known: what a person agreed with, or what they named instead."""
    for entry in entries:
        right = _answer(entry) if entry.verdict == "agree" else entry.right_answer
        if entry.verdict != "unsure" and right is not None:
            yield FeedbackCase(name=entry.id, model=entry.model, row=entry.row, right_answer=right, version=entry.version)


def _answer(entry: Feedback) -> RightAnswer | None:
    """Return the answer of the model as a person names it: the decision, or else the label or the value."""
    prediction = entry.prediction or entry.shown.get("prediction")
    if not isinstance(prediction, dict):
        return None
    decision, label, value = (prediction.get(name) for name in ("decision", "label", "value"))
    if isinstance(decision, str):
        return RightAnswer(decision=decision)
    if isinstance(label, str):
        return RightAnswer(label=label)
    return RightAnswer(value=float(value)) if isinstance(value, float | int) else None


def _text_of(answer: RightAnswer | None) -> str | float | None:
    if answer is None:
        return None
    return answer.decision or answer.label or answer.value
