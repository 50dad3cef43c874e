"""The store and the inputs that tests of jobs share."""

from tests.support.job_runs import inputs, sqlite_store

__all__ = ["inputs", "sqlite_store"]
