"""How the page says on which cases a model was measured."""

from typing import Any

import pytest

from demo.evaluation.baseline_text import describe_measured_rows
from demo.text.translation import Translation


@pytest.mark.parametrize(
    ("language", "unseen", "seen"),
    [
        ("en", "Measured on 1,000 cases that the model had never seen.", "Measured on 1,000 cases."),
        ("pl", "Zmierzono na 1000 przypadkach, których model nigdy nie widział.", "Zmierzono na 1000 przypadkach."),
    ],
)
def test_cases_are_called_unseen_only_if_the_card_says_so(language: Any, unseen: str, seen: str) -> None:
    card: Any = {"output": {"kind": "regression"}}
    tr = Translation(language)
    assert describe_measured_rows(card, 1000, tr).replace("\N{NO-BREAK SPACE}", "") == unseen
    assert describe_measured_rows(card | {"evaluated_on": "any_rows"}, 1000, tr).replace("\N{NO-BREAK SPACE}", "") == seen
