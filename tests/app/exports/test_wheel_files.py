"""What stands in a wheel of a model: the same bytes each time, and no text of a card that is more than a text."""

import ast
import configparser
import email
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.bundles.model import Model
from service.exports.__main__ import main
from service.exports.refusals import NotExportable
from service.exports.wheel.package_requirements import ALWAYS, ONNX_RUNTIME
from service.exports.wheel.wheel_export import wheel_of
from service.model_process.environment_file import ModelEnvironment, write_environment

HOSTILE = [
    '"""\nimport os\nos.abort()\n"""',
    "'); import os #",
    "}} {{ 7 * 7 }} {% raw %}",
    "\\",
    "line\nName: another-name\nRequires-Dist: malware",
    "`code` [link](https://example.com) <script>alert(1)</script> | cell |",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe\N{NULL}\N{DELETE}\x1b[31m",
    "%s %(name)s ${HOME} $(id)",
]


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_bundle_makes_the_same_bytes(models: dict[str, Model], bundles: Path) -> None:
    name = "credit-scorecard"
    with wheel_of(models[name], bundles / name) as first, wheel_of(models[name], bundles / name) as second:
        assert first.name == second.name
        assert first.read_bytes() == second.read_bytes()


def test_a_model_of_another_python_is_refused_with_the_form_that_works(models: dict[str, Model], tmp_path: Path) -> None:
    model = models["credit-scorecard"]
    scoring = msgspec.structs.replace(model.card.scoring, scorer="process")
    served = replace(model, card=msgspec.structs.replace(model.card, scoring=scoring))
    write_environment(tmp_path, ModelEnvironment(python="3.8"))
    with pytest.raises(NotExportable, match=r"runs on Python 3\.8, .*: the API"), wheel_of(served, tmp_path):
        raise AssertionError("a wheel")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_card_becomes_code_or_another_key(text: str, models: dict[str, Model], bundles: Path) -> None:
    model = models["credit-scorecard"]
    first, *others = model.card.inputs
    field = msgspec.structs.replace(first, name=text, label=text, help=text, unit=text)
    texts: dict[str, Any] = {key: {"en": text, "pl": text} for key in ("title", "question", "summary", "purpose")}
    card = msgspec.structs.replace(model.card, inputs=(field, *others), not_for=(text,), limits=(text,), **texts)
    with wheel_of(replace(model, card=card), bundles / "credit-scorecard") as wheel:
        files = contents(wheel)
    (metadata,) = [email.message_from_bytes(files[name]) for name in files if name.endswith("METADATA")]
    assert metadata["Name"] == "model-credit-scorecard"
    assert metadata.get_all("Requires-Dist") == [*ALWAYS, ONNX_RUNTIME]
    readme = str(metadata.get_payload())
    assert readme.count("```") == 4, "two blocks of code"
    assert "<script" not in readme.replace("\\<", "")
    assert all(letter.isprintable() or letter == "\n" for letter in readme)
    module = ast.parse(files["model_credit_scorecard/__init__.py"])
    assert [type(each).__name__ for each in module.body] == MODULE
    (row,) = [each for each in ast.walk(module) if isinstance(each, ast.Dict)]
    assert row.keys[0] is not None
    assert ast.literal_eval(row.keys[0]) == text


MODULE = ["Expr", *["Import"] * 3, *["ImportFrom"] * 3, *["AnnAssign"] * 2, *["Assign"] * 4, *["FunctionDef"] * 5]
"""The statements of the module of a package."""


def test_a_wheel_holds_the_bundle_its_version_and_its_command(models: dict[str, Model], bundles: Path) -> None:
    card = models["diamond-price"].card
    with wheel_of(models["diamond-price"], bundles / "diamond-price") as wheel:
        files = contents(wheel)
        day = date.fromisoformat(card.built)
        version = f"{day.year}.{day.month}.{day.day}+{card.version[:12]}"
        assert wheel.name == f"model_diamond_price-{version}-py3-none-any.whl"
    bundle = {
        name.rpartition("/")[2]: each for name, each in files.items() if name.startswith("model_diamond_price/bundle/")
    }
    assert bundle == {file.name: file.read_bytes() for file in (bundles / "diamond-price").iterdir()}
    points = configparser.ConfigParser()
    (name,) = [name for name in files if name.endswith("entry_points.txt")]
    points.read_string(files[name].decode())
    assert dict(points["console_scripts"]) == {"model-diamond-price": "model_diamond_price:main"}


@pytest.mark.parametrize(("form", "ending"), [("wheel", ".whl"), ("saved-object", ".zip")])
def test_a_command_writes_the_file(
    form: str, ending: str, bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--bundles", str(bundles), form, "credit-scorecard", "--folder", str(tmp_path / "new")]) == 0
    (file,) = (tmp_path / "new").iterdir()
    assert file.suffix == ending
    assert capsys.readouterr().out.startswith(f"{file}: ")
    assert main(["--bundles", str(bundles), form, "no-such-model"]) == 2
    assert "no-such-model" in capsys.readouterr().err
