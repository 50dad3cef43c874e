"""Promises of the check of a case: recorded once, compared after that, and never replaced without being told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import Client, Refused
from demo.meeting_check.answer_differences import Difference
from demo.meeting_check.case_check import CaseCheck
from demo.meetings.recordings import RecordingStore
from demo.text.translation import Translation
from service.bundles.registry import Registry
from service.schemas import Regression
from service.settings import Settings
from tests.support.formula_models import FLAT, FLAT_BANDS, FLAT_INPUTS, FLAT_ROW, NOTE, PET, PET_ROW, flat_price, model_of
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

DEARER = model_of("flat-price", FLAT_INPUTS, Regression(bands=FLAT_BANDS), lambda matrix: flat_price(matrix) + 100, "next")
AT, LATER = "2026-11-30T10:32:00Z", "2026-11-30T11:00:00Z"
CASE: dict[str, Any] = {
    "id": "first",
    "name": "Small flat",
    "model": "flat-price",
    "version": None,
    "row": FLAT_ROW,
    "show": ["answer", "why", "what-if"],
    "what_if_field": "area",
}


@pytest.fixture(scope="module")
def before() -> Iterator[Client]:
    for app in serve(Settings(), Registry.of([FLAT, PET, NOTE])):
        yield client_of(app)


@pytest.fixture(scope="module")
def after() -> Iterator[Client]:
    for app in serve(Settings(), Registry.of([DEARER])):
        yield client_of(app)


@pytest.fixture
def store(tmp_path: Path) -> RecordingStore:
    return RecordingStore(tmp_path / "recordings")


def check_of(client: Client, store: RecordingStore, language: str = "en", *, replaces: bool = False) -> CaseCheck:
    return CaseCheck(client, store, "meeting", Translation(language), replaces)


def test_a_case_is_recorded_with_all_that_its_page_shows_in_both_languages(before: Client, store: RecordingStore) -> None:
    result = check_of(before, store).check(CASE, AT)
    assert (result.outcome, result.name, result.problem) == ("new", "Small flat", None)
    assert result.seconds is not None
    for language in ("en", "pl"):
        found = store.find("meeting", CASE, language)
        assert found is not None
        assert found.recorded_at == AT
        assert found.card == before.card("flat-price", language)
        assert found.explanation == before.explain("flat-price", [FLAT_ROW], language)["explanations"][0]
        assert found.curves == before.curves("flat-price", FLAT_ROW, ["area"], language, pinned=FLAT_ROW)
    assert check_of(before, store).check(CASE, LATER).outcome == "same"


def test_an_answer_that_has_changed_is_told_and_the_recording_stays(
    before: Client, after: Client, store: RecordingStore
) -> None:
    check_of(before, store).check(CASE, AT)
    result = check_of(after, store).check(CASE, LATER)
    assert result.outcome == "different"
    assert Difference("Answer", "28.19", "128.19") in result.differences
    assert Difference("Decision", "cheap", "dear") in result.differences
    assert Difference("Version", "toy", "next") in result.differences
    (curve,) = [each for each in result.differences if each.what.startswith("What if")]
    assert float(curve.now.replace(",", "")) - float(curve.before) == pytest.approx(100, abs=0.011)
    recorded = store.find("meeting", CASE, "en")
    assert recorded is not None
    assert (recorded.recorded_at, recorded.version) == (AT, "toy")
    assert check_of(after, store, replaces=True).check(CASE, LATER).outcome == "new"
    assert check_of(after, store).check(CASE, LATER).outcome == "same"


def test_differences_are_in_the_readers_language(before: Client, after: Client, store: RecordingStore) -> None:
    check_of(before, store).check(CASE, AT)
    result = check_of(after, store, "pl").check(CASE, LATER)
    assert Difference("Odpowiedź", "28,19", "128,19") in result.differences


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": "unknown"}, "unknown_model"),
        ({"version": "gone"}, "unknown_version"),
        ({"row": {**FLAT_ROW, "state": "no such state"}}, "invalid_input"),
    ],
)
def test_a_case_without_an_answer_says_why_and_records_nothing(
    change: dict[str, Any], code: str, before: Client, store: RecordingStore
) -> None:
    result = check_of(before, store).check(CASE | change, AT)
    assert result.outcome == "failed"
    assert isinstance(result.problem, Refused)
    assert result.problem.code == code
    assert store.find("meeting", CASE | change, "en") is None


def test_a_full_disk_is_told(before: Client, store: RecordingStore, tmp_path: Path) -> None:
    (tmp_path / "recordings").rmdir()
    assert check_of(before, store).check(CASE, AT).outcome == "unsaved"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"what_if_field": "rooms"}, "rooms"),
        ({"what_if_field": "gone"}, "area"),
        ({"what_if_field": None}, "area"),
        ({"show": ["answer"]}, None),
        ({"model": "pet-kind", "row": PET_ROW, "what_if_field": "noise"}, "noise"),
        ({"model": "note-value", "row": {"note": "calm", "stars": 3}, "what_if_field": "note"}, "stars"),
    ],
)
def test_the_curve_is_that_of_the_planned_field_else_of_one_that_has_a_curve(
    change: dict[str, Any], field: str | None, before: Client, store: RecordingStore
) -> None:
    case = CASE | change
    check_of(before, store).check(case, AT)
    found = store.find("meeting", case, "en")
    assert found is not None
    assert [curve["field"] for curve in found.curves["curves"]] == [field] if found.curves else field is None


def test_a_recording_keeps_no_rows_of_other_people(models: Any, store: RecordingStore) -> None:
    card = models["credit-default"].card
    for app in serve(Settings(), Registry.of([models["credit-default"]])):
        client = client_of(app)
        assert client.card("credit-default")["real_rows"]
        case = CASE | {"model": "credit-default", "row": card.examples[0].row, "what_if_field": None}
        check_of(client, store).check(case, AT)
    found = store.find("meeting", case, "en")
    assert found is not None
    assert "real_rows" not in found.card
    assert "real_truths" not in found.card
