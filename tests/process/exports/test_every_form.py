"""One model, one answer, in every form: real rows, rows at thresholds, missing, unknown and refused values.

The heavy runtimes (Java, Mono, Node.js, LibreOffice) are skipped where they are not installed.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from service.exports.forms import FORMS
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.proof_answers import NotInstalled, largest_difference, service_answers
from service.exports.proof.proof_rows import real_rows
from service.exports.proof.proving import SINGLE_TOLERANCE, TOLERANCE
from service.publishing.plain_rows import plain_rows
from service.training.recipes import RECIPES
from tests.support.databases import new_database
from tests.support.exported_models import (
    BUNDLED,
    DATED,
    HOSTILE,
    KEPT_BY_CELLS,
    MODELS,
    REAL_ROWS,
    SINGLE,
    TEXTED,
    ExportCase,
    ModelCase,
    export_case,
    write_hostile_bundle,
)
from tests.support.form_runs import RUNS, Answers, Cases, Place, Programs

HOSTILE_MODELS = [f"{name}-hostile" for name in MODELS]
PLAIN = [*BUNDLED, *MODELS]
TEXT = "comment-sentiment"
COUNTING = ("python", "javascript", "java", "csharp")
"""The forms that count words."""
PICTURE, VECTOR = "garment", "ad-response"
TRAINED_ONLY = (TEXT, PICTURE, VECTOR)
ALL, ALL_TYPES, TRAINED = [*PLAIN, *HOSTILE_MODELS], [*PLAIN, *TRAINED_ONLY], [*BUNDLED, *TRAINED_ONLY]
# What XML 1.0 does not have is taken out; everything else stays, line ends included.
WITH_MOMENTS, WITH_DATES = [*ALL, *DATED], [*ALL, "toy-dates"]
WITH_COUNTS = [*WITH_MOMENTS, TEXTED, TEXT]
IN_XML = tuple(text.replace("\x0b", "").replace("\x0c", "") for text in HOSTILE)
WRONG_VALUES: Mapping[str, tuple[str, list[Any]]] = {
    TEXT: ("comment", [None, "", " ", "x" * 2001, "@somebody www.example.com"]),
    PICTURE: ("picture", [None, "", "shoe.png", "data:image/png;base64,AAAA", "data:text/html;base64,PHA+"]),
    VECTOR: ("embedding", [None, [], [0.0] * 1279, [0.0] * 1281, ["0"] * 1280]),
}
"""Model → a field, and values that it refuses."""
NAMES = {
    **dict.fromkeys(COUNTING, WITH_COUNTS),
    **dict.fromkeys(("sqlite", "postgresql"), WITH_DATES),
    "pmml": ALL,
    **dict.fromkeys(("v2", "file"), ALL_TYPES),
    **dict.fromkeys(("wheel", "saved-object", "mlflow"), TRAINED),
    "triton": PLAIN,
    "workbook": ["credit-scorecard", "toy-scorecard-hostile", "toy-trees"],
}
"""Form → the models that it is run for. A workbook is slow: it has a model of each kind, trees with a part of the rows."""


@pytest.fixture(scope="module")
def answers_of(cases: Programs, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Form → its models, and their answers. All models of a form are run at once."""

    @cache
    def trained(name: str, is_code: bool) -> ModelCase:  # noqa: FBT001 - a key of the cache
        return _trained_case(name, request, is_code=is_code)

    @cache
    def run(form: str) -> tuple[Cases, Answers]:
        place = Place(
            tmp_path_factory.mktemp(form), lambda: _address(request), lambda: request.getfixturevalue("mlflow_python")
        )
        chosen = {
            name: trained(name, form in COUNTING) if name in TRAINED_ONLY else _case(form, name, cases, place)
            for name in NAMES[form]
        }
        return chosen, RUNS[form](chosen, place)

    return run


def _address(request: pytest.FixtureRequest) -> str:
    return new_database(request.getfixturevalue("postgres")).replace("+psycopg", "")


def _trained_case(name: str, request: pytest.FixtureRequest, *, is_code: bool) -> ModelCase:
    """Return real rows of a model of texts, pictures or vectors, and values that are refused; odd texts for code too."""
    model, folder = request.getfixturevalue("models")[name], request.getfixturevalue("bundles") / name
    real = plain_rows(model.card, RECIPES[name].split().train.fields.head(REAL_ROWS))
    if is_code:
        return export_case(model, folder, real)
    field, values = WRONG_VALUES[name]
    rows = [*real, *({**real[0], field: value} for value in values)]
    return ModelCase(model, folder, real, rows, service_answers(model, rows))


def _case(form: str, name: str, cases: Programs, place: Place) -> ExportCase:
    """Return a model with texts that the form can hold, and rows that it can tell apart."""
    base, settings = cases[name], PROGRAM_FORMS.get(form, PROGRAM_FORMS["python"])
    texts = {"pmml": IN_XML, "workbook": KEPT_BY_CELLS}.get(form)
    if texts and name in HOSTILE_MODELS:
        folder = place.folder / f"bundle-{name}"
        folder.mkdir()
        plain = cases[name.removesuffix("-hostile")]
        model = write_hostile_bundle(folder, plain.folder, plain.model.card, texts)
        base = export_case(model, folder, real_rows(model, folder), settings)
    elif form == "workbook":
        base = export_case(base.model, base.folder, base.real, settings)
    step = 20 if (form, name) == ("workbook", "toy-trees") else 1
    return replace(base, rows=base.rows[::step], expected=base.expected[::step])


@pytest.mark.parametrize(("form", "name"), [(form, name) for form in RUNS for name in NAMES[form]])
def test_a_form_answers_what_the_service_answers(form: str, name: str, answers_of: Any) -> None:
    """At least 1,000 real rows; labels, decisions and refusals are the same, numbers differ by 1e-9 at most.

    A form that computes in 64 bits what the service computes in 32 may differ by 1e-6.
    """
    try:
        cases, answers = answers_of(form)
    except NotInstalled as missing:
        pytest.skip(f"{missing} is not installed")
    expected = cases[name].expected
    if (form, name) != ("workbook", "toy-trees"):
        assert sum(not answer.is_refused for answer in expected) >= REAL_ROWS
    computes_in_64_bits = name.startswith(SINGLE) and form in PROGRAM_FORMS
    assert largest_difference(expected, answers[name]) <= (SINGLE_TOLERANCE if computes_in_64_bits else TOLERANCE)


def test_no_form_is_left_out() -> None:
    assert RUNS.keys() == NAMES.keys() == {*FORMS, "v2", "file"}


def test_refusals_and_missing_values_are_among_the_rows(cases: Mapping[str, ExportCase]) -> None:
    for case in cases.values():
        assert sum(answer.is_refused for answer in case.expected) >= len(case.program.fields)
    toy = cases["toy-trees"]
    accepted = [row for row, answer in zip(toy.rows, toy.expected, strict=True) if not answer.is_refused]
    assert {name for row in accepted for name, value in row.items() if value is None} == {"rooms", "income", "kind"}
