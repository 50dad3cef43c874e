"""The cases that schemathesis asks of one operation, made when its test runs.

Its own decorator makes the cases of all operations when tests are collected: seconds of processor time in each worker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.generation.hypothesis import builder
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source

_FAULTS = (builder.InvalidHeadersExampleMark, builder.MissingPathParameters, builder.UnserializablePayloadMark)
"""How schemathesis marks a test that leaves a part of its operation untested."""


@dataclass(frozen=True)
class OperationCases:
    """The cases of one operation: its examples, its limits, and random ones as the `settings` of the test say."""

    operation: Any
    constants: FeedbackSources
    """Values in the code of the service that random cases try too; the operations of a document share them."""

    def ask(self, test: Callable[[Any], None]) -> None:
        """Run a test with every case."""
        run = build_operation_test(
            config=self.operation.schema.config,
            operation=self.operation,
            test_func=test,
            given_kwargs={},
            feedback=self.constants,
        )
        run()
        assert [mark for mark in _FAULTS if mark.is_set(run)] == []


def operations(schema: Any) -> list[Any]:
    """Return the parameters of a test with one operation each, named such as `GET /v1/models`."""
    constants = FeedbackSources(constants_value_source=make_constants_value_source(schema))
    found = [result.ok() for result in schema.get_all_operations()]
    return [pytest.param(OperationCases(operation, constants), id=operation.label) for operation in found]
