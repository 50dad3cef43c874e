"""Promises of CSV files that cost more than their size says, or that are no text: refused early, with a code."""

import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.files.csv_format.csv_text import CsvText
from tests.support.formula_models import FLAT_ROW
from tests.support.problem_check import check_problem
from tests.support.row_files import ask, text_of
from wire.column_names import ColumnNames

GOOD = text_of(list(FLAT_ROW), [["37.5", "2", "poor", "false", "3"]])
HEAD_BYTES = 2**16


def test_a_file_of_empty_lines_is_refused_before_its_end(toys: TestClient) -> None:
    problem = check_problem(ask(toys, "flat-price", GOOD + b"\n" * 6_000_000, "csv"), 413, "too_large")
    assert "5,000,000 lines" in problem["detail"]
    assert ask(toys, "flat-price", GOOD + b"\n" * 1_000_000, "csv").status_code == 200


@pytest.mark.parametrize("index", [10, HEAD_BYTES + 10, 10 * HEAD_BYTES])
def test_a_zero_byte_is_refused_wherever_it_stands(index: int, toys: TestClient) -> None:
    header = GOOD.partition(b"\n")[0]
    before = b"37.5,2,poor,false,3\n" * (index // 20)
    body = header + b"\n" + before + b"37.5,2,po\0r,false,3\n"
    problem = check_problem(ask(toys, "flat-price", body, "csv"), 422, "invalid_file")
    assert problem["errors"][0]["code"] == "zero_bytes"


def test_utf_16_needs_its_mark(toys: TestClient) -> None:
    text = GOOD.decode()
    for encoding in ("utf-16-le", "utf-16-be"):
        answer = ask(toys, "flat-price", text.encode(encoding), "text/csv; charset=utf-16", "csv")
        assert check_problem(answer, 422, "invalid_file")["errors"][0]["code"] == "zero_bytes"
    answer = ask(toys, "flat-price", text.encode("utf-16"), "text/csv; charset=utf-16", "csv")
    assert answer.status_code == 200


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="calls of the system are counted in /proc")
def test_a_file_is_read_in_large_pieces(tmp_path: Path) -> None:
    """Each read lets another thread go on; after small ones it hardly gets a turn."""
    file = tmp_path / "rows.csv"
    file.write_bytes(b"a\n" + b"\n" * 4_000_000)
    text = CsvText(file, ColumnNames(["a"]), "")

    def reads() -> int:
        counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
        return int(counts["syscr"])

    before = reads()
    assert list(text.chunks()) == []
    assert reads() - before < 50
