"""The copy of the launcher that tests of its commands share."""

from tests.support.launcher_copy import copy, demo

__all__ = ["copy", "demo"]
