"""What people guessed before they saw an answer, and the model beside them."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from markupsafe import Markup

from client import Card, Explanation
from demo.charts.curve_chart import Point, Scale
from demo.drawings import answer_drawing, curve_drawing
from demo.text import wording
from demo.text.markup import build_paragraph
from demo.text.translation import Translation

_WIDTH, _LETTER = 660, 13
_DECISION = "decision/"


def build_guesses(card: Card, guesses: Mapping[str, Any] | None, explanation: Explanation | None, tr: Translation) -> Markup:
    """Return the guesses of a case as a drawing and a sentence; empty if nobody guessed."""
    if not guesses or not guesses["people"]:
        return Markup()
    title = tr.count("{n} person guessed", "{n} people guessed", guesses["people"])
    values = [value for value in guesses["values"] if isinstance(value, int | float)]
    if values and explanation:
        middle = wording.format_answer_with_unit(card, median(values), tr)
        sentence = tr.text("Half of the guesses lie below {middle}.", middle=middle)
        drawing = answer_drawing.draw_answer_scale(
            card, explanation["prediction"], tr, width=_WIDTH, size=_LETTER, marks=tuple(values)
        )
    else:
        names = _name_answers(card)
        total = sum(guesses["counts"].values())
        counted = sorted(guesses["counts"].items(), key=lambda item: -item[1])
        points = [
            Point(float(index), count, names.get(answer, answer.partition("/")[2]), tr.number(count))
            for index, (answer, count) in enumerate(counted)
        ]
        here = _place_of_model(explanation, [answer for answer, _ in counted])
        drawing = (
            curve_drawing.draw_bars(points, Scale([], [], (0, total)), here, width=_WIDTH, size=_LETTER) if points else None
        )
        sentence = tr.text("The dark bar is the answer of the model.") if here is not None else ""
    content = drawing.to_svg(title) if drawing else Markup()
    template = Markup('<div class="block"><h3>{}</h3>{}{}</div>')
    return template.format(title, content, build_paragraph("note", sentence) if sentence else "")


def _name_answers(card: Card) -> dict[str, str]:
    """Return the words for each answer that people could guess."""
    bands = {f"{_DECISION}{band['value']}": band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    return bands | {f"label/{label}": words for label, words in wording.label_texts(card).items()}


def _place_of_model(explanation: Explanation | None, answers: list[str]) -> float | None:
    """Return the place of the model's own answer among those of the people."""
    if explanation is None:
        return None
    prediction = explanation["prediction"]
    own = {f"{_DECISION}{prediction['decision']}", f"label/{prediction.get('label')}"}
    return next((float(index) for index, answer in enumerate(answers) if answer in own), None)
