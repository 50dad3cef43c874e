"""Promises of work on a file whose caller has gone: it ends, so that no thread goes on for nobody."""

from collections.abc import Callable
from contextvars import Context, copy_context
from pathlib import Path

import pyarrow as pa
import pytest

from service.bundles.scorers.deadlines import give_up_after
from service.errors import ModelTimeout
from service.files.file_request import FileRequest
from service.files.score_file import score_file
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.row_files import written

LONG_SECONDS = 1000


def context_of_a_caller() -> tuple[Context, Callable[[], object]]:
    """Return the context in which a thread works for a caller, and what happens when the caller goes."""
    block = give_up_after(LONG_SECONDS)
    block.__enter__()
    return copy_context(), lambda: block.__exit__(None, None, None)


def file_of(kind: str, folder: Path) -> Path:
    file = folder / f"rows.{kind}"
    file.write_bytes(written(pa.Table.from_pylist([FLAT_ROW] * 20_000), kind))
    return file


@pytest.mark.parametrize("kind", ["csv", "arrow", "parquet"])
def test_reading_a_file_ends_when_its_caller_has_gone(kind: str, tmp_path: Path) -> None:
    context, leave = context_of_a_caller()
    leave()
    with pytest.raises(ModelTimeout):
        context.run(score_file, FLAT, file_of(kind, tmp_path), FileRequest(kind, "arrow"))  # type: ignore[arg-type] # kinds


@pytest.mark.parametrize("kind", ["csv", "arrow", "parquet"])
def test_scoring_a_file_ends_when_its_caller_has_gone(kind: str, tmp_path: Path) -> None:
    context, leave = context_of_a_caller()
    answer = context.run(score_file, FLAT, file_of(kind, tmp_path), FileRequest(kind, "arrow"))  # type: ignore[arg-type] # kinds
    assert context.run(next, answer.pieces)
    leave()
    with pytest.raises(ModelTimeout):
        context.run(list, answer.pieces)


def test_empty_lines_end_with_their_caller_too(tmp_path: Path) -> None:
    context, leave = context_of_a_caller()
    leave()
    file = tmp_path / "rows.csv"
    file.write_bytes(written(pa.Table.from_pylist([FLAT_ROW]), "csv") + b"\n" * 20_000)
    with pytest.raises(ModelTimeout):
        context.run(score_file, FLAT, file, FileRequest("csv", "arrow"))


def test_another_caller_is_not_concerned(tmp_path: Path) -> None:
    _, leave = context_of_a_caller()
    leave()
    with give_up_after(LONG_SECONDS):
        assert list(score_file(FLAT, file_of("csv", tmp_path), FileRequest("csv", "arrow")).pieces)
