"""The app over models with an entity, for tests of answers by key."""

from tests.support.stored_entities import app

__all__ = ["app"]
