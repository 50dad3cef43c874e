"""Promises of the figures of agreement: each person counts once for a case, with their last word, on both databases."""

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from scipy.stats import binomtest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.service_app import serve


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    """The app over a store of either kind."""
    yield from serve(Settings(database_url=url), Registry.of([FLAT, PET]))


def give(app: TestClient, **entry: Any) -> None:
    entry = {"model": "flat-price", "version": "toy", "row": FLAT_ROW, "shown": {}, "verdict": "agree"} | entry
    assert app.post("/v1/feedback", json=entry, headers={"Idempotency-Key": uuid.uuid4().hex}).status_code == 201


def figures(app: TestClient, **filters: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = app.get("/v1/feedback/figures", params=filters).json()["items"]
    return items


def test_ten_times_yes_to_one_case_count_once_and_the_last_word_counts(app: TestClient) -> None:
    for _ in range(10):
        give(app, person="anna")
    give(app, person="anna", row=FLAT_ROW | {"area": 50})
    give(app, person="jan")
    give(app, person="jan", verdict="disagree", row=dict(reversed(FLAT_ROW.items())))
    (item,) = figures(app)
    counts = {name: item[name] for name in ("entries", "people", "agree", "disagree", "unsure")}
    assert counts == {"entries": 13, "people": 2, "agree": 2, "disagree": 1, "unsure": 0}


def test_entries_without_a_person_are_opinions_of_their_own(app: TestClient) -> None:
    for verdict in ("agree", "agree", "unsure"):
        give(app, verdict=verdict)
    (item,) = figures(app)
    assert (item["entries"], item["people"], item["agree"], item["unsure"]) == (3, 3, 2, 1)


def test_without_a_yes_or_a_no_there_is_no_share(app: TestClient) -> None:
    give(app, verdict="unsure")
    (item,) = figures(app)
    assert (item["agreement"], item["interval"]) == (None, None)


def test_the_figures_are_those_that_a_plain_count_over_all_entries_gives(app: TestClient) -> None:
    draw = random.Random(7)
    said: list[dict[str, Any]] = []
    for _ in range(120):
        model, row = draw.choice([("flat-price", FLAT_ROW), ("pet-kind", PET_ROW)])
        field = "area" if model == "flat-price" else "weight"
        entry = {
            "model": model,
            "version": draw.choice(["toy", "before"]),
            "row": row | {field: draw.choice([20, 20.0, 30.5])},
            "verdict": draw.choice(["agree", "agree", "disagree", "unsure"]),
            "person": draw.choice(["anna", "jan", None]),
            "reason": draw.choice(["too low", None]),
        }
        give(app, **entry)
        said.append(entry)
    for filters in ({}, {"model": "pet-kind"}, {"reason": "too low"}, {"version": "before", "verdict": "agree"}):
        chosen = [each for each in said if all(each[name] == value for name, value in filters.items())]
        expected = {}
        for version in {(each["model"], each["version"]) for each in chosen}:
            of_version = [each for each in chosen if (each["model"], each["version"]) == version]
            last: dict[Any, str] = {}
            for number, each in enumerate(of_version):
                case = float(each["row"]["area" if each["model"] == "flat-price" else "weight"])
                last[each["person"] or number, case] = each["verdict"]
            verdicts = list(last.values())
            agree, disagree = verdicts.count("agree"), verdicts.count("disagree")
            people = {each["person"] or number for number, each in enumerate(of_version)}
            expected[version] = (len(of_version), len(people), agree, disagree, verdicts.count("unsure"))
        items = figures(app, **filters)
        found = {
            (item["model"], item["version"]): tuple(item[n] for n in ("entries", "people", "agree", "disagree", "unsure"))
            for item in items
        }
        assert found == expected
        newest_first = [(each["model"], each["version"]) for each in reversed(chosen)]
        assert [(item["model"], item["version"]) for item in items] == list(dict.fromkeys(newest_first))
        for item in items:
            decided = item["agree"] + item["disagree"]
            wilson = binomtest(item["agree"], decided).proportion_ci(method="wilson")
            assert item["interval"] == pytest.approx([wilson.low, wilson.high], abs=1e-6)
            assert item["agreement"] == pytest.approx(item["agree"] / decided, abs=1e-6)
    assert client_of(app).feedback.figures(model="pet-kind")["items"] == figures(app, model="pet-kind")


def test_what_no_entry_can_have_has_no_figures_and_a_wrong_filter_is_refused(app: TestClient) -> None:
    give(app)
    assert figures(app, model="a\0b") == figures(app, model="pet-kind") == []
    check_problem(app.get("/v1/feedback/figures", params={"state": "maybe"}), 400, "invalid_request")
