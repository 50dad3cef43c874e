"""The graph of a fitted model as expressions: the interpreter gives what ONNX Runtime gives, or the model is refused."""

from pathlib import Path

import numpy as np
import pytest

from service.bundles.bundle_files import write_card
from service.bundles.bundle_opening import open_model
from service.bundles.scorers.onnx_scorer import OnnxScorer
from service.exports.code.program_builder import build_program, check_size
from service.exports.expressions.graph_reader import field_nodes, is_single_precision, read_graph
from service.exports.expressions.interpreter import evaluate
from service.exports.refusals import NotExportable
from service.fields.lookup import number_fields
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from tests.support.model_zoo import models

TOLERANCE, SINGLE_TOLERANCE = 1e-9, 1e-6
EXACT = [
    "histogram boosting by category",
    "gradient boosting of three labels",
    "gradient boosting of a logarithm",
    "a temperature",
    "codes of labels",
    "text: words, a line",
    "text: counts, naive Bayes",
    "text: logarithms of counts, a line",
    "text: topics",
    "text: words, a forest",
    "texts: by position",
]
SINGLE = [
    "XGBoost",
    "XGBoost of three labels",
    "XGBoost of a value",
    "XGBoost, threes missing",
    "XGBoost over a sparse matrix",
    "XGBoost by category",
    "text: XGBoost of words",
]
"""The graph sums in 32 bits, the expressions in 64."""
REFUSED = {
    "nearest neighbours": "TopK",
    "float32 and booleans, a line": "32 bits",
    "random forest of a value": "10,665 conditions",
}


@pytest.mark.parametrize("name", [*EXACT, *SINGLE])
def test_the_expressions_of_a_model_give_its_scores(name: str, tmp_path: Path) -> None:
    card, model, fields = models()[name]()
    columns = Checks(card).columns(plain_rows(card, fields))
    graph = to_float64_graph(card, model, columns.numbers[0])
    (tmp_path / "model.onnx").write_bytes(graph)
    expected = OnnxScorer(card, tmp_path / "model.onnx").score(columns)[::10]
    roots = read_graph(graph, field_nodes(number_fields(card)))
    rows = [{name: texts[at] for name, texts in columns.texts.items()} for at in range(0, len(expected) * 10, 10)]
    found = np.array([evaluate(roots, *row) for row in zip(columns.numbers[::10].tolist(), rows, strict=True)])
    assert is_single_precision(graph) == (name in SINGLE)
    assert (np.abs(found - expected) / np.maximum(np.abs(expected), 1.0)).max() <= (
        SINGLE_TOLERANCE if name in SINGLE else TOLERANCE
    )


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_that_makes_no_code_is_refused_with_the_reason_and_another_form(name: str) -> None:
    card, model, fields = models()[name]()
    columns = Checks(card).columns(plain_rows(card, fields.head(20)))
    graph = to_float64_graph(card, model, columns.numbers[0] if columns.numbers.size else np.zeros(0))
    with pytest.raises(NotExportable, match=REFUSED[name]) as refusal:
        check_size(read_graph(graph, field_nodes(number_fields(card))))
    assert refusal.value.nearest == "wheel"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("text: characters, a line", "it counts runs of characters, not words"),
        ("text: plain letters, a line", "it takes accents off letters"),
    ],
)
def test_a_model_that_counts_no_plain_words_is_refused_with_the_reason(name: str, reason: str, tmp_path: Path) -> None:
    card, model, _ = models()[name]()
    (tmp_path / "model.onnx").write_bytes(to_float64_graph(card, model, np.zeros(0)))
    write_card(tmp_path, card)
    with pytest.raises(NotExportable, match=reason) as refusal:
        build_program(open_model(tmp_path), tmp_path)
    assert refusal.value.nearest == "wheel"
