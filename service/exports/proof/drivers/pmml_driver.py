"""Run a document of PMML on rows with JPMML-Evaluator: a program of its own, which imports nothing of ours."""

import json
import os
import sys
import time
from importlib.metadata import version
from typing import Any

_REFUSALS = ("org.jpmml.evaluator.ValueCheckException", "org.jpmml.evaluator.TypeCheckException")

_SHORT_RUN = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx1g"
"""Options with which the virtual machine of Java starts sooner, and reserves less than a quarter of the machine's memory."""


def main() -> None:
    """Read pairs of a file and its rows; write the version, and for each file the outputs of its rows and the seconds."""
    from jpmml_evaluator import make_evaluator
    from jpmml_evaluator.jpype import JPypeBackend

    os.environ["JAVA_TOOL_OPTIONS"] = _SHORT_RUN
    backend, answers = JPypeBackend(), []
    for file, rows in json.load(sys.stdin):
        evaluator = make_evaluator(file, backend=backend).verify()
        start = time.perf_counter()
        outputs = [_outputs(evaluator, row) for row in rows]
        answers.append((outputs, time.perf_counter() - start))
    json.dump([version("jpmml_evaluator"), answers], sys.stdout)


def _outputs(evaluator: Any, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a document answers to a row, or None for a row that is not valid."""
    from jpmml_evaluator import JavaError

    try:
        outputs: dict[str, Any] = evaluator.evaluate(row)
    except JavaError as error:
        if error.className in _REFUSALS:
            return None
        raise
    return outputs


if __name__ == "__main__":
    main()
