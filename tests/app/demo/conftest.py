"""The stub service, the recorded requests and the evaluations, for tests of the demo's pages."""

from tests.support.demo_models import asked
from tests.support.evaluation_sentences import seen
from tests.support.stub_service import stand_in

__all__ = ["asked", "seen", "stand_in"]
