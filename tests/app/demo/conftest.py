"""The stub service and the recorded requests, for tests of the demo's pages."""

from tests.support.demo_models import asked
from tests.support.stub_service import stand_in

__all__ = ["asked", "stand_in"]
