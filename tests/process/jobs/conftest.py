"""The store and the inputs that tests of job processes share."""

from tests.support.job_runs import clients_with_errors, inputs, sqlite_store

__all__ = ["clients_with_errors", "inputs", "sqlite_store"]
