"""The service that tests of the pipeline share."""

from tests.support.pipeline_command import alone, program, relay

__all__ = ["alone", "program", "relay"]
