"""The stub service, for tests of the demo's pages."""

from tests.support.stub_service import stand_in

__all__ = ["stand_in"]
