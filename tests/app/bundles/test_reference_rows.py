"""Promises of reference.json: an odd one breaks its bundle with a reason; without one the model still says why."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.bundles.bundle_files import digest
from service.bundles.bundle_opening import open_model
from service.bundles.reference import MAX_BYTES, MAX_KEPT_ROWS, MAX_ROWS, Reference, write_reference
from service.errors import BrokenBundle
from service.exports.proof.proof_rows import real_rows
from service.questions.explanations import explanations
from service.schemas import Row
from service.settings import Settings
from tests.support.service_app import serve
from tests.support.sklearn_pipelines import split_of

NAME = "diamond-price"
Harm = Callable[[dict[str, Any]], Any]


def bundle_with(folder: Path, bundles: Path, content: bytes | None) -> Path:
    """Return a copy of a bundle with another reference, signed anew, as a hostile author would."""
    shutil.copytree(bundles / NAME, folder)
    (folder / "reference.json").unlink()
    if content is not None:
        (folder / "reference.json").write_bytes(content)
    (folder / "version").write_text(digest(folder))
    return folder


def put(*path: str | int, value: Any) -> Harm:
    def harm(result: Any) -> None:
        for step in path[:-1]:
            result = result[step]
        result[path[-1]] = value

    return harm


HARMS: dict[str, Harm] = {
    "an unknown field": put("surprise", value=1),
    "no rows": put("rows", value=[]),
    "rows that are no rows": put("rows", value=[1, 2]),
    "a row without a field": lambda reference: reference["rows"][3].pop("carat"),
    "a row with a field too many": put("rows", 3, "shoe_size", value=43),
    "a category that nobody knows": put("rows", 0, "cut", value="Shiny"),
    "null where there is none": put("rows", 0, "carat", value=None),
    "an infinite value": put("rows", 0, "carat", value=1e39),
    "text for a number": put("rows", 0, "carat", value="0.3"),
    "more rows than are kept": lambda reference: reference["rows"].extend(reference["rows"][:1]),
    "more rows for proofs than are kept": lambda reference: reference["proof_rows"].extend(reference["proof_rows"][:1]),
    "proof rows that are no rows": put("proof_rows", value=[1, 2]),
    "a spread too few": lambda reference: reference["spreads"].pop(),
    "spreads in another order": lambda reference: reference["spreads"].reverse(),
    "a share too few": lambda reference: reference["spreads"][1]["shares"].pop(),
    "shares for a number": put("spreads", 0, value={"shares": [0.5, 0.5]}),
    "shares that are none": put("spreads", 1, "shares", value=[-3.0, 1.0, 1.0, 1.0, 1.0]),
    "more missing than there are": put("spreads", 0, "missing", value=7.0),
    "quantiles out of order": lambda reference: reference["spreads"][0]["quantiles"].reverse(),
    "no number among quantiles": put("spreads", 0, "quantiles", 7, value=None),
    "surprises out of order": lambda reference: reference["surprises"].reverse(),
}
CONTENTS = {
    "empty": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "no UTF-8": b"\xff\xfe",
    "NaN": b'{"rows": [], "spreads": [], "surprises": [NaN]}',
    "infinity": b'{"rows": [], "spreads": [], "surprises": [1e999]}',
    "nested without end": b"[" * 100_000,
    "huge": b'{"rows": [], "spreads": [], "surprises": []}' + b" " * MAX_BYTES,
}


def refused(folder: Path) -> None:
    with pytest.raises(BrokenBundle) as raised:
        open_model(folder)
    assert "reference.json" in str(raised.value)
    assert str(folder.parent) not in str(raised.value)


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_reference_that_does_not_fit_its_card_is_refused(harm: Harm, bundles: Path, tmp_path: Path) -> None:
    result = json.loads((bundles / NAME / "reference.json").read_text(encoding="utf-8"))
    harm(result)
    refused(bundle_with(tmp_path / NAME, bundles, json.dumps(result).encode()))


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_an_invalid_reference_is_refused(content: bytes, bundles: Path, tmp_path: Path) -> None:
    refused(bundle_with(tmp_path / NAME, bundles, content))


def test_a_bundle_from_before_proof_rows_opens_and_is_proved_on_fewer_rows(bundles: Path, tmp_path: Path) -> None:
    result = json.loads((bundles / NAME / "reference.json").read_text(encoding="utf-8"))
    kept = len(result.pop("proof_rows"))
    older = bundle_with(tmp_path / NAME, bundles, json.dumps(result).encode())
    model = open_model(older)
    assert len(real_rows(model, bundles / NAME)) - len(real_rows(model, older)) == kept > 0


def test_rows_for_proofs_are_left_out_first_of_a_file_that_is_too_large(tmp_path: Path) -> None:
    rows: list[Row] = [{"text": "x" * 10_000}] * 200
    write_reference(tmp_path, Reference(rows=rows, spreads=[], surprises=[], proof_rows=rows * 4))
    result = json.loads((tmp_path / "reference.json").read_text(encoding="utf-8"))
    assert (tmp_path / "reference.json").stat().st_size <= MAX_BYTES
    assert (len(result["rows"]), len(result["proof_rows"])) == (200, 200)


def test_another_models_reference_is_refused(bundles: Path, tmp_path: Path) -> None:
    content = (bundles / "credit-default" / "reference.json").read_bytes()
    refused(bundle_with(tmp_path / NAME, bundles, content))


def test_a_broken_reference_is_reported_and_other_models_are_served(bundles: Path, tmp_path: Path) -> None:
    bundle_with(tmp_path / NAME, bundles, b"{")
    shutil.copytree(bundles / "credit-scorecard", tmp_path / "credit-scorecard")
    for service in serve(Settings(bundles=str(tmp_path))):
        answer = service.post(f"/v1/models/{NAME}/explanations", json={"rows": []})
        assert (answer.status_code, answer.json()["code"]) == (503, "model_unavailable")
        assert "reference.json" in answer.json()["detail"]
        assert service.post("/v1/models/credit-scorecard/explanations", json={"rows": []}).status_code == 200


def test_without_a_reference_a_case_is_compared_with_those_of_the_card(bundles: Path, tmp_path: Path) -> None:
    model = open_model(bundle_with(tmp_path / NAME, bundles, None))
    card_rows = [*model.card.real_rows, *(example.row for example in model.card.examples)]
    (result,) = explanations(model, [model.card.real_rows[5]], "en").explanations
    predictions: list[Any] = list(model.predict(card_rows).predictions)
    average = sum(each.value for each in predictions) / len(card_rows)
    assert result.base == pytest.approx(average, rel=1e-6)
    assert len(result.contributions) == len(model.card.inputs)
    assert result.usualness is None


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard", "diamond-price", "comment-sentiment"])
def test_the_reference_rows_of_a_trained_bundle_represent_all_rows(name: str, bundles: Path) -> None:
    model = open_model(bundles / name)
    reference = json.loads((bundles / name / "reference.json").read_text(encoding="utf-8"))
    rows = reference["rows"]
    assert len(rows) + len(reference["proof_rows"]) == MAX_KEPT_ROWS
    if name == "comment-sentiment":
        assert rows == []  # a text is compared with the empty one
        return
    assert len(rows) == MAX_ROWS
    focus = getattr(model.card.output, "focus", None)
    predictions: list[Any] = list(model.predict(rows).predictions)
    ours = [each.probabilities[focus] if focus else each.value for each in predictions]
    assert ours == sorted(ours)
    learned_from = split_of(name).train.truth
    assert sum(ours) / len(ours) == pytest.approx(float(np.mean(learned_from)), rel=0.06)
