"""Promises of the registry of models: the default version, versions by name, and what is refused."""

from dataclasses import replace

import msgspec
import pytest

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.errors import BrokenBundle, ModelUnavailable, UnknownModel, UnknownVersion
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


def test_the_first_version_of_a_name_is_its_default_version() -> None:
    first, second = version_of(FLAT, "first"), version_of(FLAT, "second")
    registry = Registry.of([first, second])
    assert registry.get("flat-price") is first
    assert registry.get("flat-price", "second") is second
    assert [(state.version, state.versions) for state in registry.states()] == [("first", ("first", "second"))]
    with pytest.raises(UnknownVersion, match="first, second"):
        registry.get("flat-price", "third")


def test_a_version_from_the_folder_of_its_name_answers_requests_without_a_version() -> None:
    first, second = version_of(FLAT, "first"), version_of(FLAT, "second")
    registry = Registry.of([first])
    registry.add(second, folder="flat-price")
    assert registry.get("flat-price") is second
    assert registry.get("flat-price", "first") is first


def test_a_version_cannot_be_added_twice() -> None:
    registry = Registry.of([FLAT])
    with pytest.raises(BrokenBundle, match="another copy"):
        registry.add(replace(FLAT))
    assert registry.get("flat-price") is FLAT


def test_models_are_not_called_unknown_while_the_registry_loads() -> None:
    with pytest.raises(ModelUnavailable, match="being loaded"):
        Registry().get("flat-price")
    assert Registry.of([]).models() == []
