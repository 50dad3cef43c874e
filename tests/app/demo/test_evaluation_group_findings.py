"""Promises of the findings about groups, bands, fields and their charts: each figure is that of the held-out rows."""

import html
import re
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from sklearn import metrics

from demo.evaluation import findings, group_findings, regression_findings
from tests.support.evaluation_sentences import ENGLISH, EVERY, Seen, said, wilson
from tests.support.held_out_rows import HeldOut


def metric_of(rows: HeldOut, chosen: Any) -> float:
    truth, answer = rows.truth[chosen], rows.answer[chosen]
    if rows.evaluation.metric == "auc":
        return float(100 * metrics.roc_auc_score(truth, answer))
    return float(100 * np.median(np.abs(answer / truth - 1)))


@pytest.mark.parametrize(
    ("name", "by", "column"),
    [("credit-default", "SEX", {"women": 2, "men": 1}), ("credit-scorecard", "SEX", {"women": 2, "men": 1})],
)
def test_a_protected_group_has_its_flagged_share_its_truth_and_its_rows(
    name: str, by: str, column: dict[str, int], seen: Seen
) -> None:
    card, result, rows = seen[name]
    (segment,) = (each for each in result["segments"] if each["name"] == by)
    drawn = group_findings.describe_groups(card, result, segment, "light", ENGLISH)
    refused = np.array([each.decision == card["output"]["bands"][-1]["value"] for each in rows.predictions])
    *lines, (last, _) = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', drawn.table)
    assert last == "Test"
    assert [html.unescape(label) for label, _ in lines] == [group["label"] for group in segment["groups"]]
    for label, code in column.items():
        chosen = rows.test.aside[by].to_numpy() == code
        (cells,) = (re.findall(r"<td[^>]*>(.*?)</td>", rest) for other, rest in lines if other == label)
        assert said(cells[0]) == [chosen.sum()]
        assert said(cells[1]) == pytest.approx(wilson(int(refused[chosen].sum()), int(chosen.sum())), abs=0.51)
        assert said(cells[3]) == pytest.approx(wilson(int(rows.truth[chosen].sum()), int(chosen.sum())), abs=0.51)
    worst_first = sorted(column, key=lambda label: metric_of(rows, rows.test.aside[by].to_numpy() == column[label]))
    assert drawn.sentence.index(f"best for “{worst_first[-1]}”") < drawn.sentence.index(f"worst for “{worst_first[0]}”")


@pytest.mark.parametrize("name", ["credit-default", "diamond-price"])
def test_the_note_on_the_chart_is_the_verdict_of_the_test_of_its_figure(name: str, seen: Seen) -> None:
    card, result, _ = seen[name]
    verdicts = set()
    for segment in result["segments"]:
        drawn = group_findings.describe_groups(card, result, segment, "light", ENGLISH)
        tests = {test["figure"]: test["p_value"] for test in segment["tests"]}
        (note,) = (text for text in drawn.notes if text.startswith(findings.metric_name(result, ENGLISH)))
        assert ("differ by more than chance" in note) == (tests["metric"] < 0.05)
        assert ("may be chance" in note) == (tests["metric"] >= 0.05)
        assert not any("overlap" in text for text in drawn.notes), "overlapping ranges are no test"
        verdicts.add(tests["metric"] < 0.05)
    assert verdicts == {True, False}, "both are seen"


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard"])
def test_refusals_of_men_and_women_differ_while_the_ranking_may_be_chance(name: str, seen: Seen) -> None:
    card, result, rows = seen[name]
    (segment,) = (each for each in result["segments"] if each["name"] == "SEX")
    drawn = group_findings.describe_groups(card, result, segment, "light", ENGLISH)
    refused = np.array([each.decision == "refuse" for each in rows.predictions])
    is_woman = rows.test.aside["SEX"].to_numpy() == 2
    (verdicts,) = re.findall(r'<th scope="row">Test</th>(.*?)</tr>', drawn.table)
    _, of_refusals, of_false_refusals, of_truth = re.findall(r"<td[^>]*>(.*?)</td>", verdicts)
    expected = [
        chi2_contingency(metrics.confusion_matrix(is_woman[chosen], column[chosen]), correction=False).pvalue
        for chosen, column in (
            (np.ones(len(refused), dtype=bool), refused),
            (rows.truth == 0, refused),
            (np.ones(len(refused), dtype=bool), rows.truth == 1),
        )
    ]
    for verdict, p_value in zip((of_refusals, of_false_refusals, of_truth), expected, strict=True):
        stated = html.unescape(verdict)
        assert ("differ by more than chance" in stated) == (p_value < 0.05)
        assert said(stated) == [0.001] if p_value < 0.001 else said(stated) == [pytest.approx(p_value, abs=0.0051)]
    assert "differ by more than chance" in of_refusals
    assert any("may be chance" in text for text in drawn.notes if text.startswith("Pairs"))


def test_false_refusals_among_good_clients_are_counted_by_group(seen: Seen) -> None:
    card, result, rows = seen["credit-default"]
    (segment,) = (each for each in result["segments"] if each["name"] == "SEX")
    drawn = group_findings.describe_groups(card, result, segment, "light", ENGLISH)
    refused = np.array([each.decision == "refuse" for each in rows.predictions])
    shares = []
    for label, code in (("women", 2), ("men", 1)):
        good = (rows.test.aside["SEX"].to_numpy() == code) & (rows.truth == 0)
        shares.append(wilson(int((refused & good).sum()), int(good.sum())))
        (cells,) = re.findall(rf'<th scope="row">{label}</th>(.*?)</tr>', drawn.table)
        assert said(re.findall(r"<td[^>]*>(.*?)</td>", cells)[2]) == pytest.approx(shares[-1], abs=0.051)
    (note,) = (text for text in drawn.notes if "“women”" in text and "“men”" in text)
    assert said(note)[:6] == pytest.approx([number for share in sorted(shares) for number in share], abs=0.051)


def test_the_bands_of_prices_below_the_promised_coverage_are_named(seen: Seen) -> None:
    card, result, rows = seen["diamond-price"]
    drawn = regression_findings.describe_coverage(card, result, "light", ENGLISH)
    promised = card["output"]["interval"]["coverage"]
    assert promised == 0.9
    inside = np.array(
        [each.interval.low <= true <= each.interval.high for each, true in zip(rows.predictions, rows.truth, strict=True)]
    )
    missed = []
    for part in result["coverage_bins"]:
        chosen = (rows.answer >= part["low"] - 1e-6) & (rows.answer <= part["high"] + 1e-6)
        share, _, high = wilson(int(inside[chosen].sum()), int(chosen.sum()))
        missed += [f"({share:.0f}%)"] if high < 100 * promised else []
    note = drawn.notes[0]
    assert note.startswith("Below the promised 90%: 657 to 817\N{NO-BREAK SPACE}USD (85%)")
    assert re.findall(r"\(\d+%\)", note) == missed
    (line,) = (shape for shape in drawn.figure.layout.shapes if shape.line.dash == "dot")  # type: ignore[union-attr]
    assert line.x0 == promised, "the promised share is the line, not the measured one"


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard", "diamond-price"])
def test_fields_whose_range_holds_0_are_named_and_neither_ranked_nor_drawn(name: str, seen: Seen) -> None:
    card, result, _ = seen[name]
    drawn = findings.describe_importance(card, result, "light", ENGLISH)
    first, *others = [each for each in result["importance"] if each["drop"]["low"] > 0]
    labels = {field["name"]: field["label"] for field in card["inputs"]}
    assert f" is {labels[first['field']]}:" in drawn.sentence
    ends = [round(100 * first["drop"][end], 1) for end in ("value", "low", "high")]
    assert said(drawn.sentence)[:3] == ends
    (axis,) = (axis for axis in [drawn.figure.layout.yaxis])  # type: ignore[union-attr]
    assert [label.replace("<br>", " ") for label in axis.ticktext] == [labels[each["field"]] for each in (first, *others)]
    without_effect = [labels[each["field"]] for each in result["importance"] if each["drop"]["low"] <= 0]
    assert f"No measurable effect (the range includes 0): {', '.join(without_effect)}." in drawn.notes
    rivals = [labels[each["field"]] for each in others if each["behind_first"]["low"] <= 0]
    assert [text for text in drawn.notes if "as much" in text] == (
        [f"Possibly just as important: {', '.join(rivals)}."] if rivals else []
    )


@pytest.mark.parametrize("name", EVERY)
def test_every_chart_of_estimates_has_an_axis_with_a_title_and_ticks(name: str, seen: Seen) -> None:
    card, result, _ = seen[name]
    charts = [group_findings.describe_groups(card, result, each, "light", ENGLISH).figure for each in result["segments"]]
    charts += [findings.describe_bands(card, result, "light", ENGLISH).figure] if result["bands"] else []
    charts += [findings.describe_importance(card, result, "light", ENGLISH).figure] if result["importance"] else []
    charts += (
        [regression_findings.describe_coverage(card, result, "light", ENGLISH).figure] if name == "diamond-price" else []
    )
    for figure in charts:
        axis = figure.layout.xaxis  # type: ignore[union-attr]
        assert axis.title.text
        assert len(axis.tickvals) >= 2
        low, high = axis.range
        assert all(low <= tick <= high for tick in axis.tickvals)
        drawn = [end for trace in figure.data for end in trace.x]  # type: ignore[union-attr]
        assert low < min(drawn) <= max(drawn) < high
        solid = [shape.x0 for shape in figure.layout.shapes if shape.line.dash is None]  # type: ignore[union-attr]
        assert solid == ([0] if low <= 0 <= high else []), "0 has a line"
