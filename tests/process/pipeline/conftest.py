"""The service that tests of the pipeline share."""

from tests.support.pipeline_command import program, relay

__all__ = ["program", "relay"]
