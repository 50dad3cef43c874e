"""The meeting that is held, for tests of the audience's phones."""

from tests.support.held_meeting import held, served

__all__ = ["held", "served"]
