"""Promises of the documentation: the endpoints, errors, settings and commands that it names exist."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from demo.settings import Settings as DemoSettings
from pipeline.settings import Settings as PipelineSettings
from service.bundles.reference import MAX_ROWS
from service.errors import family
from service.questions import curves, explanations, recommendations
from service.settings import Settings
from service.web.route_table import ROUTES
from tests.support.documentation import CUT, DOCS, EXAMPLES, check_written, read
from tests.support.repository import ROOT


def test_the_api_page_lists_the_routes_of_the_table_and_no_other() -> None:
    written = re.findall(r"^\| `(GET|POST) (/\S+)`", read("docs/api.md"), re.MULTILINE)
    assert sorted(written) == sorted((route.method, route.public_path) for route in ROUTES)


def test_every_error_code_is_listed_with_its_status() -> None:
    written = {
        code: int(status) for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", read("docs/errors.md"), re.MULTILINE)
    }
    assert written == {code: error.status for code, error in family().items()}


def test_every_setting_is_listed() -> None:
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", read("docs/settings.md"), re.MULTILINE))
    shapes = {"SERVICE": Settings, "DEMO": DemoSettings, "PIPELINE": PipelineSettings}
    assert written == {f"{prefix}_{field.name.upper()}" for prefix, shape in shapes.items() for field in fields(shape)}


def test_every_default_is_the_one_that_is_written() -> None:
    text = read("docs/settings.md")
    for name in ("port", "max_body_bytes", "max_rows", "max_in_flight", "max_runs", "stale_predictions"):
        assert f"| `SERVICE_{name.upper()}` | `{getattr(Settings(), name)}` |" in text


def test_every_command_of_the_readme_is_a_target() -> None:
    named = set(re.findall(r"\bmake (\w+)", read("README.md") + read("CONTRIBUTING.md")))
    targets = set(re.findall(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)[0].split())
    assert named <= targets
    assert {"demo", "test"} <= named


def test_ci_runs_exactly_the_readmes_test_command() -> None:
    assert "make test" in read(".ci/run")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    top = {path.name for path in ROOT.iterdir()}
    written = re.findall(r"`([a-z_]+/[\w./-]*)`", read(page))
    named = [name for name in written if name.partition("/")[0] in top and "NAME" not in name]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_link_in_the_docs_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_question_has_an_example() -> None:
    questions = {path.rpartition("/")[2] for path, _, _ in EXAMPLES}
    assert questions == {"predictions", "explanations", "curves", "recommendations", "evaluation", "17", "runs", "infer"}
    assert len(EXAMPLES) == read("docs/api.md").count("curl ")


@pytest.mark.parametrize(
    ("written", "real"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": 1}, {"a": "1"}),
        ({"a": 2.5}, {"a": 3.5}),
        ({"a": [1, CUT]}, {"a": [1]}),
        ({"a": [1]}, {"a": [1, 2]}),
        ({"a": None}, {"a": 0}),
        ({"a": "x"}, {"a": "y"}),
    ],
)
def test_a_wrong_example_would_be_found(written: Any, real: Any) -> None:
    with pytest.raises(AssertionError):
        check_written(written, real)


def test_every_code_of_a_place_is_listed() -> None:
    """The codes are beside their messages, in the packages that refuse rows and questions."""
    written = set(re.findall(r"^\| `(\w+)` \| [^|\d]", read("docs/api.md"), re.MULTILINE))
    service = ROOT / "service"
    packages = ("bundles", "by_key", "comparisons", "fields/arrays", "meetings", "pictures", "questions", "rows")
    sources = [file for package in packages for file in (service / package).rglob("*.py")]
    sources.append(ROOT / "wire" / "entity_keys.py")
    words = {word for file in sources for word in constants(file)}
    warned = {"outside_training_range", "unseen_category", "contradiction", "few_known_words", "other_language"}
    warned |= {"unlike_training"}
    assert warned <= written
    assert written - warned == {word for word in words if re.fullmatch(CODE, word)} - warned


CODE = r"(missing|unknown|duplicate|wrong|not|out|too|invalid|one|null|unseen|outside)(_[a-z]+)+|expired|no_words|(broken|unsupported)_picture|picture_too_large"


def constants(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_the_limits_of_the_api_page_are_those_of_the_service() -> None:
    page = re.sub(r"\s+", " ", read("docs/api.md"))
    for sentence in (
        f"exact for up to {(explanations._ROW_BUDGET // MAX_ROWS).bit_length() - 1} fields, or {explanations._TEXT_BUDGET.bit_length() - 1} words",
        f"More than {explanations._MAX_WORDS} words",
        f"At most {explanations.MAX_ROWS} rows a request",
        f"1 to {curves.MAX_FIELDS} fields, no texts",
        f"(2 to {curves.MAX_POINTS}; the default is {curves.POINTS})",
        f"2 to {curves.MAX_SURFACE_POINTS} values for a number (the default is {curves.SURFACE_POINTS})",
        f"{Settings().max_rows:,} rows of predictions, {explanations.MAX_ROWS} of explanations",
        f"{Settings().max_body_bytes // 2**20} MB a request",
        f"at most {recommendations.MAX_RECOMMENDATIONS} recommendations, the smallest change first",
    ):
        assert sentence in page
