"""Promises of How good for a model with many labels: what is taken for what, with the pictures."""

import re
from typing import Any

import pytest

from demo.evaluation import label_findings, question_titles
from tests.support.demo_cards import ENGLISH, EVIL, POLISH, card_of
from tests.support.demo_pictures import GARMENTS, garment_card, make_url


def figure(value: float) -> dict[str, Any]:
    return {"value": value, "low": value - 0.02, "high": value + 0.02, "rows": 100}


def confusion(truth: str, answer: str) -> dict[str, Any]:
    rows = [{"row": {"picture": make_url(shade=shade)}, "probability": shade / 100} for shade in (90, 70)]
    return {"truth": truth, "answer": answer, "share": figure(0.12), "rows": rows}


def matrix_of(**more: Any) -> Any:
    counts = [[0] * len(GARMENTS) for _ in GARMENTS]
    counts[0], counts[1] = [60, 0, 0, 1200, 0, 0, 0], [0, 50, 0, 0, 0, 0, 0]
    labels = [{"label": name, "found": figure(0.8), "right": None} for name in GARMENTS]
    bins = [{"said": said, "happened": figure(happened)} for said, happened in ((0.3, 0.31), (0.6, 0.45), (0.9, 0.91))]
    whole = {"labels": list(GARMENTS), "counts": counts, "by_label": labels, "calibration": bins}
    return whole | {"confusions": [confusion("shirt", "coat")]} | more


def evaluation_of(matrix: Any) -> Any:
    shared = {"kind": "classification", "auc": figure(0.9), "overall": figure(0.9), "accuracy": figure(0.881)}
    return shared | {"bands": [], "importance": [], "segments": [], "worst_rows": [{"row": {}}], "confusion": matrix}


def test_the_questions_of_many_labels_are_about_all_of_them() -> None:
    titles = question_titles.make_titles(garment_card(), evaluation_of(matrix_of()), ENGLISH)
    assert list(titles) == ["labels", "confused", "certain", "weak"]
    empty = question_titles.make_titles(garment_card(), evaluation_of(matrix_of(confusions=[], calibration=[])), ENGLISH)
    assert list(empty) == ["labels", "weak"]


def test_a_model_of_three_labels_keeps_its_questions() -> None:
    three = card_of([], {"kind": "classification", "labels": [{"value": name} for name in "abc"], "focus": "b"})
    titles = question_titles.make_titles(three, evaluation_of(matrix_of()), ENGLISH)
    assert list(titles) == ["apart", "trust", "mistakes", "finding", "weak", "worst"]


def test_the_matrix_shows_each_count_at_its_labels_and_deepens_with_the_share() -> None:
    finding = label_findings.describe_labels(garment_card(), evaluation_of(matrix_of()), matrix_of(), ENGLISH)
    assert (
        finding.sentence
        == "88.1% (86.1% to 90.1%) of the answers are correct. Most often confused: “Coat” instead of “Shirt”."
    )
    first_row = str(finding.table).split("<tbody>")[1].split("</tr>")[0]
    assert re.findall(r'<td class="(\w+)" style="--depth:([\d.]+)">([\d,]*)</td>', first_row)[:4] == [
        ("right", "0.05", "60"),
        ("wrong", "0.00", ""),
        ("wrong", "0.00", ""),
        ("wrong", "0.95", "1,200"),
    ]
    assert "“Shirt”: the model finds 80% (78% to 82%) of them; – of these answers are right" in str(finding.table)


def test_a_confusion_shows_its_pictures_with_the_probability_of_the_wrong_answer() -> None:
    html = str(label_findings.build_confusion(garment_card(), matrix_of()["confusions"][0], POLISH))
    assert len(re.findall(r'<img class="thumbnail pixels" src="data:image/png;base64,[^"]+" alt="Photo">', html)) == 2
    assert "„Coat” zamiast „Shirt”" in html
    assert re.findall(r"(\d+%)</span>", html) == ["90%", "70%"]


def test_the_percentages_are_those_of_the_answer_and_name_the_largest_gap() -> None:
    finding = label_findings.describe_certainty(matrix_of(), "light", ENGLISH)
    assert finding.sentence == "Largest gap: of the answers with about 60%, 45% (43% to 47%) are right."


@pytest.mark.parametrize("label", [EVIL])
def test_a_hostile_label_is_only_text(label: str) -> None:
    output = {"kind": "classification", "labels": [{"value": name, "label": label} for name in GARMENTS], "focus": "bag"}
    card = card_of([], output)
    finding = label_findings.describe_labels(card, evaluation_of(matrix_of()), matrix_of(), ENGLISH)
    html = str(finding.table) + str(label_findings.build_confusion(garment_card(), confusion(EVIL, EVIL), ENGLISH))  # type: ignore[arg-type]
    assert "<script>" not in html
