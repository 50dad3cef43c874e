"""Promises of the look-up of a key of which only features are stored: the other fields start from usual values."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from client import Card, Entity
from demo.session import current_case, entity_lookup

CARD = cast(
    Card,
    {
        "name": "toy",
        "inputs": [
            {"name": "measured", "type": "number", "default": 1.0, "from": "store"},
            {"name": "hour", "type": "integer", "default": 14},
            {"name": "odd", "type": "of-a-later-version", "default": {"a": 1}},
        ],
        "entity": {"key": "id"},
    },
)


def entity(stored_prediction: Any = None) -> Entity:
    features = {"values": {"measured": 5.0}, "computed_at": "", "age_seconds": 1.0, "run": "r", "expired": False}
    return cast(Entity, {"id": "7", "version": "v", "stored_features": features, "stored_prediction": stored_prediction})


def test_a_field_that_each_request_brings_starts_from_a_usual_value_and_is_sent() -> None:
    lookup = entity_lookup.start_lookup(CARD, entity(), {})
    assert lookup.case.row == {"measured": 5.0, "hour": 14, "odd": None}
    assert entity_lookup.live_query(lookup) == {"hour": 14}
    assert entity_lookup.changed_values(lookup) == {}


def test_a_changed_field_replaces_the_usual_value() -> None:
    changed = entity_lookup.start_lookup(CARD, entity(), {"hour": 9, "measured": 2.0})
    assert entity_lookup.live_query(changed) == {"hour": 9, "measured": 2.0}


def test_beside_a_stored_answer_no_value_is_made_up() -> None:
    answer = {"row": {"measured": 5.0}, "prediction": {}, "age_seconds": 1.0, "run": "p", "version": "v", "stale": False}
    assert entity_lookup.start_lookup(CARD, entity(answer), {}).fresh == {}


@pytest.mark.parametrize(("has_answer", "expected"), [(True, "7"), (False, None)])
def test_a_case_of_features_alone_has_no_key_to_ask_a_stored_answer_by(
    *, has_answer: bool, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"row": {"measured": 5.0, "hour": 3, "odd": None}, "prediction": {}, "age_seconds": 1.0, "run": "p"}
    lookup = entity_lookup.start_lookup(CARD, entity(answer if has_answer else None), {})
    state = {"lookups": {"toy": lookup}, "cases": {"toy": lookup.case}, "versions_of_cases": {"toy": "v"}}
    monkeypatch.setattr(current_case, "st", SimpleNamespace(session_state=state))
    assert current_case.find_key(CARD | {"version": "v"}) == expected
