"""Run a document of PMML with JPMML-Evaluator, if this machine has it: the Python package jpmml-evaluator, and Java."""

import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.exports.code.program import Program
from service.exports.pmml.pmml_document import DocumentNames, write_pmml
from service.exports.proof.called_program import call_program
from service.exports.proof.drivers import pmml_driver
from service.exports.proof.proof_answers import REFUSED, Answer, NotInstalled, TimedAnswers
from service.schemas import Row


def run_pmml(cases: Sequence[tuple[Program, Sequence[Row]]]) -> list[TimedAnswers]:
    """Return the answers to the rows of each program; one process runs all.

    Raises NotInstalled, CodeFailed, NotExportable.
    """
    if find_spec("jpmml_evaluator") is None:
        raise NotInstalled("jpmml-evaluator")
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{at}.pmml" for at in range(len(cases))]
        for file, (program, _) in zip(files, cases, strict=True):
            file.write_bytes(write_pmml(program))
        pairs = json.dumps([(file.name, rows) for file, (_, rows) in zip(files, cases, strict=True)])
        version, results = json.loads(call_program([sys.executable, "-I", pmml_driver.__file__], Path(folder), pairs))
    return [
        TimedAnswers(_answers(program, outputs), f"JPMML-Evaluator {version}", seconds)
        for (program, _), (outputs, seconds) in zip(cases, results, strict=True)
    ]


def _answers(program: Program, outputs: list[dict[str, Any] | None]) -> list[Answer]:
    names = DocumentNames(program)
    return [_answer(program, names, each) for each in outputs]


def _answer(program: Program, names: DocumentNames, outputs: dict[str, Any] | None) -> Answer:
    if outputs is None:
        return REFUSED
    decision = outputs.get(names.decision)
    if program.labels:
        return Answer(tuple(outputs[name] for name in names.probabilities), outputs[names.label], decision)
    ends = (names.value, names.low, names.high)
    return Answer(tuple(outputs[name] for name in ends if name in outputs), None, decision)
