"""The service that measured streams run against."""

from tests.support.pipeline_command import alone, program

__all__ = ["alone", "program"]
