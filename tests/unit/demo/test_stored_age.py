"""Promise of stored values that are too old: the page says so beside them, with their age, in both languages."""

from typing import Any

import pytest

from demo.session import entity_lookup
from demo.text.translation import Translation
from demo.views.case_story import describe_feature_age
from tests.support.stub_service import hand_made

YEARS = 6 * 366 * 86_400.0


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("expired", [False, True])
def test_values_that_are_too_old_are_marked_with_their_age(language: str, *, expired: bool) -> None:
    card: Any = hand_made([{"name": "debt", "type": "number", "default": 0}], entity={"key": "client_id", "label": "Client"})
    features = {"values": {"debt": 3}, "age_seconds": YEARS, "expired": expired, "run": "r"}
    entity: Any = {"model": "fifth", "version": "v1", "id": "7", "stored_prediction": None, "stored_features": features}
    said = describe_feature_age(card, entity_lookup.start_lookup(card, entity, {}), Translation(language))
    assert (
        said
        == {
            ("en", False): "These values were stored 6 years ago.",
            ("en", True): "These values were stored 6 years ago: too old to rely on.",
            ("pl", False): "Te wartości zapisano 6 lat temu.",
            ("pl", True): "Te wartości zapisano 6 lat temu: są zbyt stare, by na nich polegać.",
        }[language, expired]
    )
