"""The table of all forms: what people read of each, and the file that it promises."""

import re
from pathlib import Path

import msgspec
import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.exports.forms import FORMS
from service.exports.proof.proof_answers import CodeFailed, TimedAnswers
from service.exports.proof.proving import prove
from service.exports.refusals import NotExportable
from service.exports.wheel.wheel_export import wheel_of
from service.model_process.environment_file import ModelEnvironment, write_environment
from tests.support.code_models import write_code_bundle

QUICK = ["python", "sqlite", "postgresql", "mlflow", "triton"]
"""The forms that are made without a compiler, an office program or a package that is unpacked."""


def test_every_form_says_what_it_needs_and_costs_in_both_languages() -> None:
    for form in FORMS.values():
        for texts in (form.texts.title, form.texts.needs, form.texts.cost):
            assert texts.keys() == {"en", "pl"}
            assert all(texts.values())


@pytest.mark.parametrize("kind", QUICK)
def test_a_file_has_the_name_that_the_table_promises(
    kind: str, models: dict[str, Model], bundles: Path, tmp_path: Path
) -> None:
    model = models["credit-scorecard"]
    made = FORMS[kind].make(model, bundles / "credit-scorecard", tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [FORMS[kind].file_name(model.card)]
    assert (made.proof is None) == bool(made.missing_runtime)


@pytest.mark.parametrize("kind", ["wheel", "saved-object"])
def test_a_package_is_run_before_it_is_given_away(
    kind: str, models: dict[str, Model], bundles: Path, tmp_path: Path
) -> None:
    made = FORMS[kind].make(models["credit-scorecard"], bundles / "credit-scorecard", tmp_path)
    assert made.path == tmp_path / FORMS[kind].file_name(models["credit-scorecard"].card)
    assert made.proof is not None
    assert made.proof.real_rows >= 1000
    assert made.proof.rows > made.proof.real_rows
    assert made.proof.difference == 0
    assert made.proof.program.startswith("Python 3.")


@pytest.mark.parametrize(
    ("name", "module"),
    [("credit-default", "credit_default"), ("class", "model_class"), ("1-2", "model_1_2"), ("---", "model____"), ("a", "a")],
)
def test_a_file_of_python_can_be_imported(name: str, module: str, models: dict[str, Model]) -> None:
    card = msgspec.structs.replace(models["credit-scorecard"].card, name=name)
    assert FORMS["python"].file_name(card) == f"{module}.py"


@pytest.mark.parametrize("name", ["a", "---", "1-2", "x" * 64])
def test_the_name_of_a_file_fits_every_header_and_system(name: str, models: dict[str, Model]) -> None:
    card = msgspec.structs.replace(models["credit-scorecard"].card, name=name)
    for form in FORMS.values():
        assert re.fullmatch(r"[A-Za-z0-9-][A-Za-z0-9._+-]{0,199}", form.file_name(card)), form.kind


def test_a_file_that_does_not_run_is_refused_without_what_its_program_printed(models: dict[str, Model]) -> None:
    """The reason goes into answers; the command prints the rest, which names folders and lines of code."""
    model = models["credit-scorecard"]

    def fail(_rows: object) -> TimedAnswers:
        raise CodeFailed("python: Traceback in folder/run.py")

    with pytest.raises(NotExportable) as refusal:
        prove(model, model.card.real_rows, [], fail)
    assert refusal.value.reason == "the file does not run"
    assert "folder/run.py" in str(refusal.value.__cause__)


def test_the_nearest_form_is_one_that_works(tmp_path: Path) -> None:
    """A model in a process of its own is no code; it is a package if the package can run it, else there is the API alone."""
    bundle = write_code_bundle(tmp_path, "adding")
    model = open_model(bundle)
    with pytest.raises(NotExportable) as refusal:
        FORMS["python"].make(model, bundle, tmp_path)
    assert refusal.value.nearest == "wheel"
    with wheel_of(model, bundle) as wheel:
        assert wheel.is_file()
    environment = ModelEnvironment(form="recipe", function="written_model:Model", trusted=True, python="3.8")
    write_environment(bundle, environment)
    with pytest.raises(NotExportable) as refusal:
        FORMS["python"].make(model, bundle, tmp_path)
    assert refusal.value.nearest is None
