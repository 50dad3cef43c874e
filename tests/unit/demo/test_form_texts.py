"""Promises of the words for forms in which a model is taken away: differences and sizes that a person reads."""

from typing import Any

import pytest

from demo.exports import form_texts
from demo.text.translation import Translation

ENGLISH, POLISH = Translation("en"), Translation("pl")


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (0.0, "0"),
        (2.220446049250313e-16, "0.0000000000000002"),
        (9.96e-4, "0.0010"),
        (3.5e-7, "0.0000004"),
        (0.26, "0.3"),
        (12.4, "12"),
        (1e-30, "0"),
    ],
)
def test_a_difference_is_written_out_with_one_digit_that_counts(difference: float, text: str) -> None:
    assert form_texts.format_difference(difference, ENGLISH) == text
    assert form_texts.format_difference(difference, POLISH) == text.replace(".", ",")


@pytest.mark.parametrize(
    ("size", "text"), [(120, "0.1 kB"), (5421, "5 kB"), (999_400, "999 kB"), (999_600, "1.0 MB"), (12_340_000, "12.3 MB")]
)
def test_a_size_is_written_in_kilobytes_or_megabytes(size: int, text: str) -> None:
    assert form_texts.describe_size(size, ENGLISH) == text


def test_a_refusal_without_another_form_leads_to_the_service() -> None:
    titles = {"wheel": "Python package"}
    assert form_texts.describe_nearest({"reason": "", "nearest": "wheel"}, titles, ENGLISH).endswith("Python package.")
    assert "own program" in form_texts.describe_nearest({"reason": "", "nearest": None}, titles, ENGLISH)


@pytest.mark.parametrize(
    ("kind", "shown"), [("image", "czyta obrazy albo listy liczb"), ("number", '<span lang="en">it &lt;is&gt; no graph.')]
)
def test_the_reason_of_a_refusal_is_in_the_readers_language_or_marked_as_english(kind: str, shown: str) -> None:
    form: Any = {"made": None, "refused": {"reason": "it <is> no graph", "nearest": None}}
    card: Any = {"inputs": [{"name": "x", "type": kind}]}
    assert shown in form_texts.build_state(form, card, {}, POLISH, is_too_large=False)
