"""The evaluated models that tests of metrics, intervals and groups share."""

from tests.support.evaluated_models import bundled, toys

__all__ = ["bundled", "toys"]
