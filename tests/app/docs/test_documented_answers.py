"""Promises of the documentation: what it shows is what the service answers."""

import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.documentation import EXAMPLES, check_written, read
from tests.support.in_process_client import client_of


def test_every_endpoint_is_in_the_api_page_and_no_other(service: TestClient) -> None:
    written = set(re.findall(r"^\| `(GET|POST) (/\S+)`", read("docs/api.md"), re.MULTILINE))
    served = set()
    for path, operations in service.get("/openapi.json").json()["paths"].items():
        template = re.sub(r"^/(v1|v2)/models/[^/]+", r"/\1/models/{model}", path)
        served |= {(method.upper(), template) for method in operations}
    assert written == served


@pytest.mark.usefixtures("nightly_run")
@pytest.mark.parametrize(("path", "body", "answer"), EXAMPLES)
def test_every_example_of_the_api_page_gets_the_answer_that_is_written_under_it(
    path: str, body: str, answer: str, service: TestClient
) -> None:
    method = "POST" if body else "GET"
    real = service.request(method, path, content=body or None, headers={"Content-Type": "application/json"})
    assert real.status_code == 200, real.text
    check_written(json.loads(answer), real.json())


def test_the_python_of_the_readme_works(service: TestClient) -> None:
    match = re.search(r"```python\n(.*?)```", read("README.md"), re.DOTALL)
    assert match is not None
    code = match[1].replace('Client("http://127.0.0.1:8000")', "in_process")
    assert "in_process" in code
    names: dict[str, Any] = {"in_process": client_of(service)}
    exec(code, names)  # noqa: S102 - our own README
    assert names["answer"]["predictions"] == [each["prediction"] for each in names["why"]["explanations"]]
    assert names["cheaper"]["recommendations"]
