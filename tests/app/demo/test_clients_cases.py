"""Promises of the clients' cases on Compare: which version is right in their eyes, shown to those who present alone."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from starlette.testclient import TestClient

from demo.meetings import presenter_session
from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_pages import html_of, opened, quiet, serve_by
from tests.support.formula_models import PET, PET_ROW, FormulaScorer, pet_kinds
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

OLDER_CARD = msgspec.structs.replace(PET.card, version="older")
OLDER = replace(
    PET,
    card=OLDER_CARD,
    scorer=FormulaScorer(lambda matrix: np.asarray(pet_kinds(matrix)[:, ::-1])),
    builder=create_prediction_builder(OLDER_CARD),
)
"""A version that takes the first kind of pet for the last one."""
TITLE = "Whose answers are right"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([PET, OLDER])):
        serve_by(client_of(app), monkeypatch)
        yield app


@pytest.fixture
def presenting(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presenter_session, "get_presenter", partial(SimpleNamespace, client=client_of(service)))


def give(app: TestClient, **entry: Any) -> None:
    entry = {"model": "pet-kind", "version": "toy", "row": PET_ROW, "shown": {}, "verdict": "disagree"} | entry
    assert app.post("/v1/feedback", json=entry, headers={"Idempotency-Key": uuid.uuid4().hex}).status_code == 201


def label(app: TestClient, version: str) -> str:
    answer = app.post("/v1/models/pet-kind/predictions", json={"rows": [PET_ROW], "version": version})
    return str(answer.json()["predictions"][0]["label"])


def headers(page: Any) -> list[str]:
    return [header.value for header in page.header]


@pytest.mark.usefixtures("presenting")
def test_the_counts_come_first_then_the_cases_on_which_the_versions_differ(service: TestClient) -> None:
    new, old = label(service, "toy"), label(service, "older")
    assert new != old
    neither = next(each.value for each in PET.card.output.labels if each.value not in {new, old})  # type: ignore[union-attr]
    for right in (new, new, old, neither):
        give(service, right_answer={"label": right})
    page = quiet(opened("compare", model="pet-kind", lang="en", view="pet-kind@older"))
    html = html_of(page)
    assert any(header.startswith(TITLE) for header in headers(page))
    assert html.index("2 of 4") < html.index("1 of 4") < html.index("Right in their eyes")
    assert [each.label for each in page.expander if "neither" in each.label] == ["1 case that neither gets right"]
    assert html.count('<span class="verdict verdict-agree">') == 3
    assert html.count('<span class="verdict verdict-disagree">') == 5


@pytest.mark.usefixtures("presenting")
def test_without_a_right_answer_the_page_says_what_is_missing(service: TestClient) -> None:
    give(service)
    page = quiet(opened("compare", model="pet-kind", lang="en", view="pet-kind@older"))
    assert any("No case has a right answer yet" in each.value for each in page.caption)


def test_a_presenter_whose_link_is_no_longer_good_sees_what_others_see(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(service, right_answer={"label": label(service, "older")})
    expired = client_of(service, f"ws_{'x' * 32}")
    monkeypatch.setattr(presenter_session, "get_presenter", partial(SimpleNamespace, client=expired))
    page = quiet(opened("compare", model="pet-kind", lang="en", view="pet-kind@older"))
    assert "Two models on the same cases" in headers(page)
    assert not any(header.startswith(TITLE) for header in headers(page))


def test_whoever_does_not_present_sees_nobodys_cases(service: TestClient) -> None:
    give(service, right_answer={"label": label(service, "older")})
    page = quiet(opened("compare", model="pet-kind", lang="en", view="pet-kind@older"))
    assert "Two models on the same cases" in headers(page)
    assert not any(header.startswith(TITLE) for header in headers(page))
