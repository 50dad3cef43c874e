"""The service that tests of programs share."""

from tests.support.server_process import bundled_service

__all__ = ["bundled_service"]
