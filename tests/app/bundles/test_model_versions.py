"""Promises of several versions: a request is answered by the version that it names, or else by the newest."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from client import InvalidAnswer, Refused
from demo.session import saved_cases
from demo.session.saved_cases import SavedCase
from service.bundles.bundle_opening import open_model
from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.registry import Registry, Served
from service.bundles.versions.registry_updates import RegistryUpdates
from service.errors import ModelUnavailable, UnknownVersion
from service.rows.checks import Checks
from service.rows.quick_reader import QuickReader
from service.settings import Settings
from tests.support.bundle_copies import change_card, truncate
from tests.support.demo_pages import html_of, opened, serve_by
from tests.support.formula_models import FLAT, FLAT_ROW, FormulaScorer, flat_price
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

NAME, OTHER = "credit-default", "credit-scorecard"


def lay_out(bundles: Path, folder: Path) -> None:
    """Put the scorecard beside the other credit model, as an earlier version of it."""
    shutil.copytree(bundles / NAME, folder / NAME)
    shutil.copytree(bundles / OTHER, folder / f"{NAME}.before")
    title = json.loads((bundles / NAME / "card.json").read_text())["title"]
    change_card(folder / f"{NAME}.before", lambda card: card.update(name=NAME, title=title))


@pytest.fixture(scope="module")
def both(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("versions")
    lay_out(bundles, folder)
    yield from serve(Settings(bundles=str(folder)))


@pytest.fixture(scope="module")
def versions(both: TestClient) -> list[str]:
    (model,) = both.get("/v1/models").json()["items"]
    assert model["version"] == model["versions"][0]
    result: list[str] = model["versions"]
    assert len(set(result)) == 2
    return result


def without_version(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in {"version", "model"}}


@pytest.mark.parametrize("spaced", [False, True], ids=["as usual", "read with care"])
def test_every_question_is_answered_by_the_version_that_it_names(
    both: TestClient, service: TestClient, versions: list[str], *, spaced: bool
) -> None:
    row = service.get(f"/v1/models/{NAME}").json()["examples"][0]["row"]
    bodies: dict[str, dict[str, Any]] = {
        "predictions": {"rows": [row]},
        "explanations": {"rows": [row]},
        "curves": {"row": row, "fields": ["share_used_now"]},
        "recommendations": {"row": row, "goal": {"decision": "approve"}},
    }
    separators = (", ", " : ") if spaced else (",", ":")

    def ask(app: TestClient, model: str, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(body, separators=separators)
        answer = app.post(f"/v1/models/{model}/{kind}", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    for kind, body in bodies.items():
        newest, before = (ask(both, NAME, kind, body | {"version": version}) for version in versions)
        assert [newest["version"], before["version"]] == versions
        assert ask(both, NAME, kind, body) == newest
        assert without_version(newest) == without_version(ask(service, NAME, kind, body))
        assert without_version(before) == without_version(ask(service, OTHER, kind, body))
        assert without_version(before) != without_version(newest)


def test_card_evaluation_and_files_belong_to_the_named_version(
    both: TestClient, service: TestClient, versions: list[str]
) -> None:
    cards = [both.get(f"/v1/models/{NAME}", params={"version": version}).json() for version in versions]
    assert [card["version"] for card in cards] == versions
    assert cards[1]["metrics"] == service.get(f"/v1/models/{OTHER}").json()["metrics"] != cards[0]["metrics"]
    results = [both.get(f"/v1/models/{NAME}/evaluation", params={"version": each}).json() for each in versions]
    assert results[1]["evaluation"] == service.get(f"/v1/models/{OTHER}/evaluation").json()["evaluation"]
    row = cards[0]["examples"][0]["row"]
    file = ",".join(row) + "\n" + ",".join(str(value) for value in row.values()) + "\n"
    scored = [
        app.post(f"/v1/models/{model}/predictions{query}", content=file, headers={"Content-Type": "text/csv"}).text
        for app, model, query in ((both, NAME, f"?version={versions[1]}"), (service, OTHER, ""))
    ]
    assert scored[0] == scored[1]


def test_a_version_that_is_not_served_is_refused_everywhere(both: TestClient, versions: list[str]) -> None:
    client = client_of(both)
    row = client.card(NAME)["examples"][0]["row"]
    for ask in (
        lambda: client.card(NAME, version="0"),
        lambda: client.evaluation(NAME, version="0"),
        lambda: client.predict(NAME, [row], "0"),
        lambda: client.explain(NAME, [row], version="0"),
        lambda: client.curves(NAME, row, ["credit_limit"], version="0"),
        lambda: client.recommend(NAME, row, {"decision": "approve"}, version="0"),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "unknown_version"
        assert all(version[:12] in refused.value.detail for version in versions)
        assert all(version in refused.value.detail for version in versions), "what is listed can be asked for"


def test_the_client_refuses_an_answer_of_another_version(
    both: TestClient, versions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry: Any = both.app.services.registry  # type: ignore[attr-defined]
    client = client_of(both)
    row = client.card(NAME)["examples"][0]["row"]
    newest = registry.get(NAME)
    monkeypatch.setattr(registry, "get", lambda *_: newest)
    for ask in (
        lambda: client.card(NAME, version=versions[1]),
        lambda: client.evaluation(NAME, version=versions[1]),
        lambda: client.predict(NAME, [row], versions[1]),
        lambda: client.explain(NAME, [row], version=versions[1]),
    ):
        with pytest.raises(InvalidAnswer):
            ask()


def test_a_version_is_not_called_unknown_while_bundles_load(bundles: Path, tmp_path: Path) -> None:
    lay_out(bundles, tmp_path)
    before = (tmp_path / f"{NAME}.before" / "version").read_text().strip()
    registry = Registry()
    newest = open_model(tmp_path / NAME)
    registry.replace(Served({NAME: {newest.card.version: newest}}))
    with pytest.raises(ModelUnavailable, match="being loaded"):
        registry.get(NAME, before)
    RegistryUpdates(registry, tmp_path).load()
    assert registry.get(NAME, before).card.version == before
    with pytest.raises(UnknownVersion):
        registry.get(NAME, "another")


def test_each_version_reads_a_row_by_its_own_card() -> None:
    """An earlier version with the fields in another order: were its columns made by the newest card, all would be mixed up."""
    card = msgspec.structs.replace(FLAT.card, inputs=FLAT.card.inputs[::-1], version="backwards")
    checks = Checks(card)
    scorer = FormulaScorer(lambda matrix: flat_price(matrix[:, ::-1]))
    before = replace(
        FLAT,
        card=card,
        checks=checks,
        quick_reader=QuickReader(card, checks),
        scorer=scorer,
        builder=create_prediction_builder(card),
    )
    for app in serve(Settings(), Registry.of([FLAT, before])):
        client = client_of(app)
        predictions = [client.predict("flat-price", [FLAT_ROW], version)["predictions"] for version in ("toy", "backwards")]
        assert predictions[0] == predictions[1]


def test_if_the_newest_bundle_is_broken_the_earlier_version_is_served(bundles: Path, tmp_path: Path) -> None:
    lay_out(bundles, tmp_path)
    truncate(tmp_path / NAME)
    for app in serve(Settings(bundles=str(tmp_path))):
        states = app.get("/v1/models").json()["items"]
        assert [(each["name"], each["state"]) for each in states] == [(NAME, "ready"), (NAME, "broken")]
        assert "incomplete" in states[1]["reason"]
        row = app.get(f"/v1/models/{NAME}").json()["examples"][0]["row"]
        answer = app.post(f"/v1/models/{NAME}/predictions", json={"rows": [row]}).json()
        assert answer["version"] == states[0]["version"]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_compare_shows_two_versions_on_saved_cases_and_the_current_case(
    both: TestClient, versions: list[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    client = client_of(both)
    serve_by(client, monkeypatch)
    examples = client.card(NAME)["examples"]
    saved = saved_cases.encode_saved_cases({NAME: [SavedCase(each["name"], each["row"]) for each in examples[1:]]})
    view = f"{NAME}@{versions[1][:12]}"
    app = opened("compare", model=NAME, lang=language, kept=saved, view=view)
    assert not app.exception
    assert app.query_params["view"] == view
    table = html_of(app).rpartition('<table class="compared')[2]
    assert all(version[:8] in table for version in versions)
    rows = table.partition("<tbody>")[2].split("<tr")[1:]
    assert len(rows) == len(examples), "the kept ones and the present case"
    predictions = [
        [
            each["prediction"]["probabilities"]["default"]
            for each in client.explain(NAME, rows, version=version)["explanations"]
        ]
        for version in versions
        for rows in [[each["row"] for each in examples]]
    ]
    apart = sorted((abs(one - two) for one, two in zip(*predictions, strict=True)), reverse=True)
    decisions = [row.count('class="apart"') for row in rows]
    assert decisions == sorted(decisions, reverse=True), "another decision comes first"
    assert len(apart) == len(rows)
