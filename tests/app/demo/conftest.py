"""The stub service, the steps of meetings, the recorded requests and the evaluations, for tests of the demo's pages."""

from tests.support.demo_models import request_log
from tests.support.demo_pages import steps_brought
from tests.support.evaluation_sentences import seen
from tests.support.stub_service import stub

__all__ = ["request_log", "seen", "steps_brought", "stub"]
