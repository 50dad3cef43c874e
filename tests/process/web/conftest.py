"""The service that tests of overload share."""

from tests.support.overloaded_service import overloaded

__all__ = ["overloaded"]
