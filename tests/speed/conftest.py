"""The services that are measured."""

from tests.support.overloaded_service import overloaded
from tests.support.pipeline_command import alone, program

__all__ = ["alone", "overloaded", "program"]
