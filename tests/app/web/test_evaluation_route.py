"""Promises of GET …/evaluation: one language, in shape; a bundle whose evaluation is odd is broken, one without it is served."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_files import digest
from service.bundles.bundle_opening import open_model
from service.errors import BrokenBundle
from service.schemas import EvaluationAnswer
from service.settings import Settings
from service.training.recipes import RECIPES
from tests.support.bundled_models import WITHOUT_ARRAYS
from tests.support.service_app import serve

NAMES = sorted(RECIPES)
METRICS = {"classification": ["auc", "accuracy", "brier"], "regression": ["r2", "relative_error", "coverage"]}


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_names_the_served_version_and_keeps_its_shape(name: str, service: TestClient, cards: Any) -> None:
    answer = service.get(f"/v1/models/{name}/evaluation", headers={"Accept-Language": "en"})
    result = msgspec.json.decode(answer.content, type=EvaluationAnswer)
    assert (answer.status_code, result.model, result.version) == (200, name, cards[name]["version"])
    assert result.evaluation.rows == cards[name]["training"]["held_out_rows"]
    assert len(answer.content) < (150_000 if name in WITHOUT_ARRAYS else 160_000)


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_of_the_card_is_the_figure_of_that_name_in_the_evaluation(name: str, service: TestClient) -> None:
    result = service.get(f"/v1/models/{name}/evaluation").json()["evaluation"]
    metrics = service.get(f"/v1/models/{name}").json()["metrics"]
    assert {metric["name"]: {part: metric[part] for part in ("value", "low", "high", "rows")} for metric in metrics} == {
        metric["name"]: result[metric["name"]] for metric in metrics
    }
    expected = ["accuracy"] if result.get("confusion") else METRICS[result["kind"]]
    assert [metric["name"] for metric in metrics] == expected


def test_the_metric_that_groups_are_compared_by_has_its_own_figure(service: TestClient) -> None:
    for name in NAMES:
        result = service.get(f"/v1/models/{name}/evaluation").json()["evaluation"]
        assert result[result["metric"]] == result["overall"]


def test_an_error_as_a_share_and_an_error_in_the_unit_have_two_names(service: TestClient) -> None:
    """`median_error` was 0.063 in the card and 120.96 USD in the evaluation."""
    result = service.get("/v1/models/diamond-price/evaluation").json()["evaluation"]
    assert result["relative_error"]["value"] < 0.1
    assert result["median_error"]["value"] > 100


def texts(node: Any, at: str = "") -> list[tuple[str, Any]]:
    """Return every text for people in a bundle's file, with its path."""
    if isinstance(node, dict):
        if node and node.keys() <= {"en", "pl"}:
            return [(at, node)]
        return [result for name, value in node.items() for result in texts(value, f"{at}/{name}")]
    if isinstance(node, list):
        return [result for step, value in enumerate(node) for result in texts(value, f"{at}/{step}")]
    return []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_in_both_languages(name: str, bundles: Path) -> None:
    result = texts(json.loads((bundles / name / "evaluation.json").read_text(encoding="utf-8")))
    assert result
    for path, text in result:
        assert text.keys() == {"en", "pl"}, path
        assert all(text.values()), path
        assert "." not in text["pl"].removesuffix(".").replace("mies.", ""), path  # Polish decimals have a comma


@pytest.mark.parametrize(
    ("accepted", "language", "women"), [("pl", "pl", "kobiety"), ("en", "en", "women"), ("de", "en", "women")]
)
def test_texts_follow_the_callers_language(accepted: str, language: str, women: str, service: TestClient) -> None:
    answer = service.get("/v1/models/credit-default/evaluation", headers={"Accept-Language": accepted})
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    result = answer.json()["evaluation"]
    assert texts(result) == []
    assert women in {group["label"] for segment in result["segments"] for group in segment["groups"]}


def test_an_unknown_model_has_no_evaluation(service: TestClient) -> None:
    answer = service.get("/v1/models/nobody/evaluation")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_model")


def change(name: str, value: Any) -> Callable[[Path], None]:
    def harm(file: Path) -> None:
        result = json.loads(file.read_text(encoding="utf-8"))
        result[name] = value
        file.write_text(json.dumps(result), encoding="utf-8")

    return harm


def put(content: bytes) -> Callable[[Path], Any]:
    return lambda file: file.write_bytes(content)


FIGURE = {"value": 0.1, "low": 0.0, "high": 0.2, "rows": 5}
HARMS: dict[str, Callable[[Path], Any]] = {
    "empty": put(b""),
    "no JSON": put(b"{"),
    "a list": put(b"[]"),
    "no UTF-8": put(b"\xff\xfe"),
    "nested without end": put(b"[" * 100_000),
    "another kind": put(b'{"kind": "clustering"}'),
    "an unknown field": change("surprise", 1),
    "an infinite figure": lambda file: file.write_text(file.read_text().replace('"value":', '"value":1e999,"was":', 1)),
    "no number": change("auc", FIGURE | {"value": "high"}),
    "text for rows": change("rows", "all"),
    "another focus": change("focus", "pays"),
    "a field that is no input": change("importance", [{"field": "shoe_size", "drop": FIGURE}]),
    "no bands": change("bands", []),
    "huge": lambda file: file.write_bytes(file.read_bytes() + b" " * 2**20),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_bundle_with_an_odd_evaluation_is_refused_with_a_reason(
    harm: Callable[[Path], Any], bundles: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "credit-default"
    shutil.copytree(bundles / "credit-default", folder)
    harm(folder / "evaluation.json")
    (folder / "version").write_text(digest(folder))
    with pytest.raises(BrokenBundle) as raised:
        open_model(folder)
    assert "evaluation.json" in str(raised.value)
    assert str(tmp_path) not in str(raised.value)


def test_an_evaluation_of_another_kind_of_model_is_refused(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credit-default"
    shutil.copytree(bundles / "credit-default", folder)
    shutil.copy(bundles / "diamond-price" / "evaluation.json", folder)
    (folder / "version").write_text(digest(folder))
    with pytest.raises(BrokenBundle, match=r"another output"):
        open_model(folder)


def test_a_bundle_without_an_evaluation_is_served_and_says_that_it_has_none(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credit-scorecard"
    shutil.copytree(bundles / "credit-scorecard", folder)
    (folder / "evaluation.json").unlink()
    (folder / "version").write_text(digest(folder))
    for service in serve(Settings(bundles=str(tmp_path))):
        assert service.post("/v1/models/credit-scorecard/predictions", json={"rows": []}).status_code == 200
        answer = service.get("/v1/models/credit-scorecard/evaluation")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_evaluation")
        assert answer.headers["content-type"] == "application/problem+json"
