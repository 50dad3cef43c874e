"""The docs are a test subject: endpoints, errors, settings and commands that they name are the ones that there are."""

import re
from dataclasses import fields
from pathlib import Path

from starlette.testclient import TestClient

from demo.settings import Settings as DemoSettings
from service.errors import family
from service.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_endpoint_is_in_the_api_page_and_no_other(service: TestClient) -> None:
    written = set(re.findall(r"^\| `(GET|POST) (/\S+)`", read("docs/api.md"), re.MULTILINE))
    served = set()
    for path, operations in service.get("/openapi.json").json()["paths"].items():
        template = re.sub(r"^/v1/models/[^/]+", "/v1/models/{model}", path)
        served |= {(method.upper(), template) for method in operations}
    assert written == served


def test_every_error_code_is_listed_with_its_status() -> None:
    written = {
        code: int(status) for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", read("docs/errors.md"), re.MULTILINE)
    }
    assert written == {code: error.status for code, error in family().items()}


def test_every_setting_is_listed() -> None:
    written = set(re.findall(r"^\| `([A-Z_]+)` \|", read("docs/settings.md"), re.MULTILINE))
    service = {f"SERVICE_{name.upper()}" for name in Settings.__struct_fields__}
    demo = {f"DEMO_{field.name.upper()}" for field in fields(DemoSettings)}
    assert written == service | demo


def test_every_default_is_the_one_that_is_written() -> None:
    text = read("docs/settings.md")
    for name in ("port", "max_body_bytes", "max_rows", "max_in_flight"):
        assert f"| `SERVICE_{name.upper()}` | `{getattr(Settings(), name)}` |" in text


def test_every_command_of_the_readme_is_a_target() -> None:
    named = set(re.findall(r"\bmake (\w+)", read("README.md") + read("CONTRIBUTING.md")))
    targets = set(re.findall(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)[0].split())
    assert named <= targets
    assert {"demo", "test"} <= named


def test_ci_runs_exactly_the_readmes_test_command() -> None:
    assert "make test" in read(".ci/run")


def test_every_link_in_the_docs_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_example_of_the_api_page_works(service: TestClient) -> None:
    body = re.search(r"-d '(.*)'", read("docs/api.md"))
    assert body is not None
    answer = service.post(
        "/v1/models/diamond-price/predictions", content=body[1], headers={"Content-Type": "application/json"}
    )
    assert answer.json()["predictions"][0]["value"] > 1000
