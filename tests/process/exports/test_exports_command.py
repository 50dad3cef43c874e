"""python -m service.exports: files with their proof, and refusals with the reason and another form."""

import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service.bundles.bundle_opening import open_model
from service.exports.__main__ import main
from service.schemas import ValuePrediction


def run(bundles: Path, *arguments: str) -> int:
    return main(["--bundles", str(bundles), *arguments])


def test_a_file_has_its_proof_in_the_header(bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bundles, "code", "credit-scorecard", "--language", "sqlite", "--folder", str(tmp_path / "new")) == 0
    header = (tmp_path / "new" / "credit-scorecard.sqlite.sql").read_text(encoding="utf-8").split("WITH")[0]
    proof = next(line for line in header.splitlines() if "Proof: " in line)
    rows = int(proof.split("Proof: ")[1].split(" rows")[0].replace(",", ""))
    assert rows > 1000
    real = int(proof.split(" rows, ")[1].split(" of them real")[0].replace(",", ""))
    assert 1000 <= real < rows
    assert "largest difference " in proof
    assert "Proved with SQLite 3." in header
    assert f"{rows:,} rows through SQLite" in capsys.readouterr().out


def test_what_cannot_be_run_here_says_so(bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bundles, "code", "credit-scorecard", "--language", "postgresql", "--folder", str(tmp_path)) == 0
    assert "Proof: not run." in (tmp_path / "credit-scorecard.postgresql.sql").read_text(encoding="utf-8")
    assert "not run, because this machine does not have a server of PostgreSQL" in capsys.readouterr().out


def test_without_libreoffice_a_workbook_says_that_it_was_not_run(
    bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(bundles, "workbook", "credit-scorecard", "--folder", str(tmp_path)) == 0
    sheet = load_workbook(io.BytesIO((tmp_path / "credit-scorecard.xlsx").read_bytes()))["Cases"]
    assert any(str(line[0]).startswith("Proof: not run.") for line in sheet.iter_rows(values_only=True))


@pytest.mark.parametrize(
    "arguments", [("code", "--language", "sqlite"), ("code", "--language", "postgresql"), ("pmml",), ("workbook",)]
)
def test_a_form_that_counts_no_words_says_so_and_names_one_that_does(
    arguments: tuple[str, ...], bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *options = arguments
    assert run(bundles, command, "comment-sentiment", *options, "--folder", str(tmp_path)) == 1
    refusal = capsys.readouterr().err
    assert "the field comment is a text, and this form has no way to count its words" in refusal
    assert "The nearest form that works: code in Python or C#" in refusal
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_model_or_version_is_one_sentence(bundles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bundles, "code", "nothing", "--language", "python") == 2
    assert run(bundles, "code", "credit-scorecard", "--language", "python", "--version", "123") == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_one_row_is_compared_in_a_table(bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bundles, "compare", "credit-scorecard", "--ways", "live,file,v2,sqlite,postgresql") == 0
    title, *lines = capsys.readouterr().out.splitlines()
    assert title.split() == ["way", "answer", "difference", "seconds"]
    cells = {line.split()[0]: line for line in lines}
    assert list(cells) == ["live", "file", "v2", "sqlite", "postgresql"]
    answers = {way: line.split()[1:4] for way, line in cells.items() if way != "postgresql"}
    assert len({(label, decision) for label, _, decision in answers.values()}) == 1
    numbers = [float(number) for _, number, _ in answers.values()]
    assert max(numbers) - min(numbers) <= 1e-9
    assert "SQLite 3." in cells["sqlite"]
    assert "recorded, This machine does not have a server of PostgreSQL." in cells["postgresql"]
    file = tmp_path / "row.json"
    file.write_text('{"age": [1]}')
    assert run(bundles, "compare", "credit-scorecard", "--row", str(file)) == 1
    assert "credit-scorecard cannot be compared." in capsys.readouterr().err
    file.write_text("[1]")
    assert run(bundles, "compare", "credit-scorecard", "--row", str(file)) == 2
    assert "row.json is not a JSON object" in capsys.readouterr().err


def test_a_compared_row_is_that_of_a_file(bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57}
    file = tmp_path / "row.json"
    file.write_text(json.dumps(row))
    assert run(bundles, "compare", "diamond-price", "--row", str(file), "--ways", "live,v2") == 0
    values = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()[1:]]
    expected = open_model(bundles / "diamond-price").predict([row]).predictions[0]
    assert isinstance(expected, ValuePrediction)
    assert values == pytest.approx([expected.value] * 2, rel=1e-14)
