"""Promises of `python -m service.models`: what is there, which version answers, and what differs between two versions."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.bundles.versions.version_changes import default_history
from service.models.__main__ import main
from service.schemas import Band, Category, Input, Regression
from tests.support.bundle_copies import change_card, truncate
from tests.support.onnx_models import FIELDS, ROWS
from tests.support.version_folders import NAME, folder_names, put_version

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the folder of the test; return its exit code and what it prints."""

    def run_command(*arguments: str) -> tuple[int, str]:
        code = main(["--bundles", str(tmp_path), *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run_command


def served(folder: Path) -> str:
    return read_card(default_folder(folder, NAME)).version


def test_list_names_every_version_the_default_first_and_broken_folders_with_the_reason(tmp_path: Path, run: Run) -> None:
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    put_version(tmp_path, 1, "another")
    shutil.copytree(default_folder(tmp_path, NAME), tmp_path / "half")
    truncate(tmp_path / "half")
    code, text = run("list")
    heading, *lines = text.splitlines()
    assert (code, heading.split()) == (0, ["model", "version", "default", "built", "scorer", "size", "state"])
    assert [line.split()[:3] for line in lines[1:3]] == [
        [NAME, second[:12], "default"],
        [NAME, first[:12], str(read_card(tmp_path / f"toy.{first[:12]}").built)],
    ]
    assert lines[0].split()[0] == "another"
    assert lines[3].split()[0] == "half"
    assert "incomplete" in lines[3]


def test_list_names_a_default_version_that_is_not_there_and_a_file_that_names_none(tmp_path: Path, run: Run) -> None:
    first = put_version(tmp_path, 1)
    put_version(tmp_path, 1, "another")
    (tmp_path / "toy.default").write_text("f" * 64 + f"\n{first}\n")
    (tmp_path / "another.default").write_text("newest")
    _, text = run("list")
    assert [line.split()[:3] for line in text.splitlines()[2:3]] == [[NAME, first[:12], "default"]]
    assert "broken: another.default does not name versions" in text
    assert "broken: its default version ffffffffffff is not in the folder of bundles" in text


def test_promote_and_rollback_change_the_default_version(tmp_path: Path, run: Run) -> None:
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    assert run("promote", NAME, first[:6]) == (0, f"toy: version {first[:12]} is the default now.\n")
    assert served(tmp_path) == first
    assert run("promote", NAME, first[:12].upper()) == (0, f"toy: version {first[:12]} is the default already.\n")
    assert run("rollback", NAME) == (0, f"toy: version {second[:12]} is the default now.\n")
    assert served(tmp_path) == second
    assert run("rollback", NAME)[0] == 0
    assert served(tmp_path) == first, "a rollback can be taken back by another one"


def test_remove_takes_a_version_or_a_whole_model_away_but_not_the_default_version(tmp_path: Path, run: Run) -> None:
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    code, text = run("remove", NAME, second[:8])
    assert (code, text.count("\n")) == (2, 1)
    assert "is the default: promote another one first" in text
    assert run("remove", NAME, first[:8]) == (0, f"toy: version {first[:12]} is removed.\n")
    assert folder_names(tmp_path) == sorted([f"toy.{second[:12]}", "toy.default"])
    assert default_history(tmp_path, NAME) == [second]
    assert run("remove", NAME) == (0, "toy: all versions are removed (1).\n")
    assert folder_names(tmp_path) == []


WRONG = {
    ("promote", "nothing", "abcdef"): "There is no model nothing. The models: toy.",
    ("promote", "../toy", "abcdef"): "There is no model ../toy. The models: toy.",
    ("promote", NAME, "abc"): "A version needs 6 characters or more: abc is too short.",
    ("promote", NAME, "zzzzzz"): "There is no version zzzzzz of toy. The versions: ",
    ("rollback", NAME): "toy has no version before the one that is the default now.",
    ("show", "nothing"): "There is no model nothing. The models: toy.",
    ("check-cases", NAME): "toy has no version before the one that is the default now.",
    ("remove", "nothing"): "There is no model nothing. The models: toy.",
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.items(), ids=" ".join)
def test_a_command_that_cannot_be_run_says_why_in_one_sentence(
    arguments: tuple[str, ...], sentence: str, tmp_path: Path, run: Run
) -> None:
    put_version(tmp_path, 1)
    code, text = run(*arguments)
    assert (code, text.count("\n")) == (2, 1)
    assert text.startswith(sentence)


def test_a_version_that_cannot_score_its_own_rows_is_not_promoted(tmp_path: Path, run: Run) -> None:
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    folder = tmp_path / f"toy.{first[:12]}"
    (folder / "model.onnx").write_bytes(b"garbage")
    change_card(folder, lambda card: card.update(summary="another"))
    version = (folder / "version").read_text()
    code, text = run("promote", NAME, version[:8])
    assert (code, text) == (2, f"Version {version[:12]} of toy cannot be served: model.onnx cannot be opened.\n")
    assert served(tmp_path) == second


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bundles", str(tmp_path / "nowhere"), "list"]) == 2
    assert capsys.readouterr().err == "The folder of the bundles cannot be used: No such file or directory.\n"


def test_show_reports_field_by_field_what_differs_from_the_version_before(tmp_path: Path, run: Run) -> None:
    kind = Input(name="kind", type="category", categories=(Category(value="x"), Category(value="y")))
    first = put_version(tmp_path, 1, inputs=(*FIELDS, kind), examples=(), real_rows=())
    changed = Input(name="a", type="integer", minimum=0, maximum=9, nullable=True, default=3)
    other_kind = Input(name="kind", type="category", categories=(Category(value="y"), Category(value="z")))
    added = Input(name="c", type="number", minimum=-1.5, nullable=True)
    bands = (Band(value="low", low=0, high=10, tone="good"), Band(value="high", low=10, high=20, tone="bad"))
    output = Regression(unit="EUR", bands=bands)
    put_version(tmp_path, 1, inputs=(changed, other_kind, added), output=output, examples=(), real_rows=())
    code, text = run("show", NAME)
    assert code == 0
    differences = [line[11:] for line in text.partition("Differences")[2].splitlines()[1:]]
    assert differences == [
        "c: added (number from -1.5, may be missing)",
        "b: removed",
        "a: type number → integer",
        "a: nullable no → yes",
        "a: minimum none → 0",
        "a: maximum none → 9",
        "a: default none → 3",
        "kind: categories added: z",
        "kind: categories removed: x",
        "unit: none → EUR",
        "bands: none → low 0 to 10 · high 10 to 20",
    ]
    assert f"Differences from version {first[:12]}" in text


def test_show_says_that_the_fields_are_the_same(tmp_path: Path, run: Run) -> None:
    first, _ = put_version(tmp_path, 1), put_version(tmp_path, 2)
    code, text = run("show", NAME, "--against", first[:8])
    assert code == 0
    assert "fields   the same" in text
    assert "answer   the same form" in text


def test_check_cases_says_whose_answer_differs_and_fails_if_a_decision_does(tmp_path: Path, run: Run) -> None:
    bands = (Band(value="low", low=0, high=10, tone="good"), Band(value="high", low=10, high=20, tone="bad"))
    output = Regression(bands=bands)
    first = put_version(tmp_path, 1, output=output)
    second = put_version(tmp_path, 1.01, output=output)
    assert run("check-cases", NAME)[0] == 0, "each sum is a whole number up to 13: none passes a band"
    third = put_version(tmp_path, 1.2, output=output)
    code, text = run("check-cases", NAME, "--against", first[:8])
    heading, summary, *lines = text.splitlines()
    assert code == 1
    assert heading == f"toy: version {third[:12]} against {first[:12]}, 12 cases"
    sums = [row["a"] + row["b"] for row in ROWS]
    decided = [value for value in sums if value < 10 <= value * 1.2]
    moved = [value for value in sums if value not in decided and value]
    assert summary == f"  {len(decided)} with another decision, {len(moved)} with another answer, 0 refused"
    assert all(line.endswith("low → high") for line in lines[: len(decided)])
    assert len(lines) == len(decided) + len(moved)
    assert run("check-cases", NAME, second[:8], "--against", second[:8])[0] == 0
    assert run("check-cases", NAME, "--tolerance", "100", "--against", second[:8])[1].count("another answer") == 1


def test_check_cases_takes_cases_from_a_file(tmp_path: Path, run: Run) -> None:
    first, _ = put_version(tmp_path, 1), put_version(tmp_path, 2)
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"rows": [{"a": 1, "b": 2}, {"a": 0, "b": 0}]}))
    assert run("check-cases", NAME, "--cases", str(file))[1].splitlines()[1:] == [
        "  0 with another decision, 1 with another answer, 0 refused",
        "  row 1: 3 → 6",
    ]
    wrong = {
        "{": "cases.json is not JSON.",
        "[1]": "cases.json is to be a JSON list of rows, each an object of fields and values.",
        '[{"a": 1}]': f"row 1 does not fit version {first[:12]}: b: ",
        '[{"a": "x", "b": 1}]': f"row 1 does not fit version {first[:12]}: a: ",
    }
    for content, sentence in wrong.items():
        file.write_text(content)
        code, text = run("check-cases", NAME, "--cases", str(file))
        assert (code, text.startswith(sentence), text.count("\n")) == (2, True, 1), text
    assert run("check-cases", NAME, "--cases", str(tmp_path / "no.json"))[0] == 2


def test_check_cases_counts_the_answers_that_people_named(tmp_path: Path, run: Run) -> None:
    bands = (Band(value="low", low=0, high=10, tone="bad"), Band(value="high", low=10, high=100, tone="good"))
    output = Regression(bands=bands)
    first, second = put_version(tmp_path, 1, output=output), put_version(tmp_path, 2, output=output)
    cases = [
        ({"a": 1, "b": 2}, {"value": 6.1}),  # 3, then 6: within 5 % of 6.1 now
        ({"a": 4, "b": 4}, {"decision": "low"}),  # low, then high
        ({"a": 8, "b": 4}, {"decision": "high"}),  # high twice
        ({"b": 1}, {"value": 100}),  # refused or wrong by both
    ]
    listed = [
        {"name": f"case {i}", "model": NAME, "row": row, "right_answer": right, "version": "v"}
        for i, (row, right) in enumerate(cases)
    ]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [listed[0] | {"model": "other"}, *listed]}))
    code, text = run("check-cases", NAME, "--cases", str(file), "--against", first[:8])
    assert code == 1
    assert text.splitlines()[:4] == [
        "toy: 4 cases of feedback",
        f"  {second[:12]}: 2 of 4 answers are those that people named",
        f"  {first[:12]}: 2 of 4",
        "  case 1: right before, wrong now, high instead of low",
    ]
    file.write_text(json.dumps({"cases": listed[2:3]}))
    assert run("check-cases", NAME, "--cases", str(file))[0] == 0
    file.write_text(json.dumps({"cases": [listed[0] | {"model": "other"}]}))
    assert run("check-cases", NAME, "--cases", str(file)) == (2, "The file has no cases of toy.\n")


def test_check_cases_counts_what_the_newer_version_refuses(tmp_path: Path, run: Run) -> None:
    put_version(tmp_path, 1)
    a, b = FIELDS
    put_version(tmp_path, 1, inputs=(Input(name="a", type="number", maximum=5), b), examples=(), real_rows=ROWS[:5])
    code, text = run("check-cases", NAME)
    assert code == 1
    assert "0 with another decision, 0 with another answer, 6 refused" in text
    assert a.name in text.splitlines()[2]
