"""Rows as data: texts that could end a string of code, a query or a cell reach every way as they are."""

from pathlib import Path

from service.comparisons.command import compare_row
from service.exports.proof.proof_rows import real_rows
from tests.support.exported_models import write_bundle, write_hostile_bundle


def test_a_hostile_row_is_data_in_every_way(tmp_path: Path) -> None:
    """The ways that need no compiler; every form is run on such rows by test_every_form.py."""
    plain, hostile = tmp_path / "plain", tmp_path / "hostile"
    plain.mkdir()
    hostile.mkdir()
    model = write_hostile_bundle(hostile, plain, write_bundle(plain, "toy-line").card)
    rows = real_rows(model, hostile)
    row = next(row for row in rows if any(isinstance(value, str) and "\n" in value for value in row.values()))
    found = compare_row(model, row, ["live", "file", "v2", "sqlite"], None, "")
    assert {answer.status for answer in found.answers} == {"run"}, found.answers
    assert found.difference is not None
    assert found.difference <= 1e-9
