"""An answer that a file holds, in its columns, as a person sees it on a page: Feed and Files show such answers."""

from collections.abc import Mapping
from typing import Any

from client import Card, Prediction, Row
from demo.feedback.feedback_entry import ShownAnswer
from demo.text import wording
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, probability_column


def read_answer(card: Card, row: Row, cells: Mapping[str, Any], version: str, page: str) -> ShownAnswer | None:
    """Return the answer in the cells of a row; None without an answer, and if the row lacks a field of the model.

    `cells`: name of a column of the answer → its value. `version` is the one that answered, empty if it is not known.
    """
    if cells.get(wording.answer_column(card)) is None or any(field["name"] not in row for field in card["inputs"]):
        return None
    prediction: Prediction = {"decision": cells.get(DECISION), "warnings": []}
    if wording.is_classification(card):
        columns = {label: probability_column(label) for label in wording.label_texts(card)}
        prediction["probabilities"] = {label: cells[name] for label, name in columns.items() if cells.get(name) is not None}
        if cells.get(LABEL):
            prediction["label"] = cells[LABEL]
    else:
        prediction["value"] = cells[VALUE]
        interval = card["output"].get("interval")
        if interval and cells.get(LOW) is not None and cells.get(HIGH) is not None:
            prediction["interval"] = {"low": cells[LOW], "high": cells[HIGH], "coverage": interval["coverage"]}
    return ShownAnswer(card, row, prediction, page, version=version)
