"""The workbook of a model: what stands in its cells."""

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service.exports.code.program_builder import build_program
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.proof_rows import real_rows
from service.exports.refusals import NotExportable
from service.exports.workbook.model_workbook import SHOWN_CASES
from tests.support.exported_models import KEPT_BY_CELLS, ExportCase, export_case, write_hostile_bundle

WORKBOOK = PROGRAM_FORMS["workbook"]


def test_a_workbook_of_trees_is_proved_on_as_many_rows_as_there_is_time_for(cases: Mapping[str, ExportCase]) -> None:
    toy = cases["toy-trees"]
    program = build_program(toy.model, toy.folder, max_depth=WORKBOOK.max_depth)
    assert 100 < WORKBOOK.max_rows(program) < len(toy.rows)


def test_a_text_that_a_cell_does_not_keep_is_refused(cases: Mapping[str, ExportCase]) -> None:
    case = cases["toy-scorecard-hostile"]
    with pytest.raises(NotExportable, match="control character"):
        WORKBOOK.write(case.program, case.real, None)


def test_no_text_of_a_card_is_a_formula(cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    """Categories, labels and names begin with =, + and @; they stand in cells as texts, and formulas hold no text of a card."""
    model = write_hostile_bundle(tmp_path, cases["toy-line"].folder, cases["toy-line"].model.card, KEPT_BY_CELLS)
    case = export_case(model, tmp_path, real_rows(model, tmp_path)[:20], WORKBOOK)
    book = load_workbook(io.BytesIO(WORKBOOK.write(case.program, case.real, None)))
    texts = {*case.program.labels, *(name for field in case.program.fields for name in (field.name, *field.choices))}
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if isinstance(cell.value, str)]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert len(formulas) > SHOWN_CASES
    assert [text for text in texts if len(text) > 1 and any(text in formula for formula in formulas)] == []
    assert any(cell.value.startswith("=") for cell in cells if cell.data_type != "f")


def test_a_workbook_shows_some_cases_and_offers_the_categories(cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    case = cases["diamond-price"]
    file = tmp_path / "model.xlsx"
    file.write_bytes(WORKBOOK.write(case.program, case.real, None))
    sheet = load_workbook(file)["Cases"]
    stored = load_workbook(file, data_only=True)["Calculation"]
    assert {cell.value for line in stored.iter_rows(min_row=12) for cell in line} <= {None}  # no result that is not one
    lines = [line for line in sheet.iter_rows(values_only=True) if str(line[0]).startswith("=")]
    assert len(lines) == SHOWN_CASES
    offered = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert len(offered) == 3
