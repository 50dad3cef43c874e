"""Promises of the registry of models: the default version, versions by name, and what is refused."""

import logging
from dataclasses import replace

import msgspec
import pytest

from service.bundles.model import Model
from service.bundles.registry import Registry, Served
from service.errors import ModelUnavailable, UnknownModel, UnknownVersion
from tests.support.formula_models import FLAT, FLAT_ROW, PET


def version_of(model: Model, version: str) -> Model:
    return replace(model, card=msgspec.structs.replace(model.card, version=version))


def test_a_registry_of_models_is_loaded_and_serves_each_by_its_name() -> None:
    registry = Registry.of([FLAT, PET])
    assert registry.loaded.is_set()
    assert registry.get("flat-price") is FLAT
    assert registry.get("pet-kind") is PET
    assert [model.card.name for model in registry.models()] == ["flat-price", "pet-kind"]
    assert registry.get("flat-price").predict([FLAT_ROW]).predictions
    with pytest.raises(UnknownModel):
        registry.get("another")


@pytest.mark.parametrize(("place", "names"), [(1, ["pet-kind", "flat-price"]), (-1, ["flat-price", "pet-kind"])])
def test_models_are_listed_by_the_places_of_their_cards_and_then_by_name(place: int, names: list[str]) -> None:
    placed = replace(FLAT, card=msgspec.structs.replace(FLAT.card, place=place))
    registry = Registry.of([placed, PET])
    assert [model.card.name for model in registry.models()] == names
    assert [state.name for state in registry.states()] == names


def test_the_first_version_of_a_name_is_its_default_version() -> None:
    first, second = version_of(FLAT, "first"), version_of(FLAT, "second")
    registry = Registry.of([first, second])
    assert registry.get("flat-price") is first
    assert registry.get("flat-price", "second") is second
    assert [(state.version, state.versions) for state in registry.states()] == [("first", ("first", "second"))]
    with pytest.raises(UnknownVersion, match="first, second"):
        registry.get("flat-price", "third")


def test_what_is_served_is_replaced_in_one_step(caplog: pytest.LogCaptureFixture) -> None:
    first, second = version_of(FLAT, "first"), version_of(FLAT, "second")
    registry = Registry.of([first, PET])
    caplog.set_level(logging.INFO, "service")
    registry.replace(Served({"flat-price": {"second": second, "first": first}}, {"pet-kind": "it is incomplete"}))
    assert registry.get("flat-price") is second
    assert registry.get("flat-price", "first") is first
    with pytest.raises(ModelUnavailable, match="it is incomplete"):
        registry.get("pet-kind")
    assert caplog.messages == [
        "flat-price: version second is served",
        "flat-price: version second is the default, in place of first",
        "pet-kind: version toy is no longer served",
        "the bundle pet-kind is not served: it is incomplete",
    ]
    assert registry.switches() == {"flat-price": 1}, "a first or a last version is no switch"


def test_a_version_whose_files_have_changed_is_served_and_listed() -> None:
    first, second = version_of(FLAT, "first"), version_of(FLAT, "second")
    registry = Registry()
    registry.replace(Served({"flat-price": {"first": first, "second": second}}, changed=frozenset({"second"})))
    assert registry.get("flat-price", "second") is second
    assert [state.changed for state in registry.states()] == [("second",)]


def test_models_are_not_called_unknown_while_the_registry_loads() -> None:
    with pytest.raises(ModelUnavailable, match="being loaded"):
        Registry().get("flat-price")
    assert Registry.of([]).models() == []
