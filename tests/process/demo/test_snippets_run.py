"""Code that asks for a case is run by the program that it is meant for: it asks for this case, and gets its answer.

Runtimes and libraries that are not installed are skipped. Power Query runs in Excel and Power BI only, so its code is not run here.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from client import Client
from demo.snippets.request_snippets import KEY, write_snippet
from tests.support.hostile_rows import HOSTILE_ROW
from tests.support.request_recorder import recording
from tests.support.server_process import Program

SECONDS = 60
RUNNERS: dict[str, tuple[list[str], str]] = {
    "curl": (["sh"], "case.sh"),
    "python": ([sys.executable], "case.py"),
    "csharp": (["mono"], "case.cs"),
    "javascript": (["node"], "case.mjs"),
    "r": (["Rscript"], "case.R"),
}
"""Language → the program that runs it, and the name of its file."""


@pytest.fixture(params=RUNNERS)
def language(request: pytest.FixtureRequest) -> str:
    program = RUNNERS[request.param][0][0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    return str(request.param)


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str, str], str]:
    def run_code(language: str, code: str) -> str:
        command, name = RUNNERS[language]
        file = tmp_path / name
        file.write_text(code, "utf-8")
        if language == "csharp":
            program = file.with_suffix(".exe")
            compiler = ["mcs", "-codepage:utf8", "-r:System.Net.Http.dll", f"-out:{program}", str(file)]
            compiled = subprocess.run(compiler, check=False, timeout=SECONDS, capture_output=True)
            if b"error CS0006" in compiled.stderr:
                pytest.skip("System.Net.Http of Mono is not installed")
            assert compiled.returncode == 0, compiled.stderr.decode(errors="replace")
            file = program
        environment = {name: text for name, text in os.environ.items() if "proxy" not in name.lower()}
        done = subprocess.run(
            [*command, str(file)],
            check=False,
            timeout=SECONDS,
            capture_output=True,
            env=environment | {"LC_ALL": "C.UTF-8"},
            cwd=tmp_path,
        )
        if language == "r" and (missing := re.search(rb"there is no package called|is required", done.stderr)):
            pytest.skip(f"a package of R is not installed: {missing[0].decode()}")
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
        return done.stdout.decode()

    return run_code


def test_code_gets_the_answer_of_the_service(
    language: str, run: Callable[[str, str], str], bundled_service: Program
) -> None:
    row = Client(bundled_service.url).card("credit-default")["examples"][0]["row"]
    (prediction,) = Client(bundled_service.url).predict("credit-default", [row])["predictions"]
    printed = run(language, write_snippet(language, bundled_service.url, "credit-default", row, with_key=False))
    numbers = [float(text) for text in re.findall(r"\d+\.\d+(?:e-?\d+)?", printed)]
    for probability in prediction["probabilities"].values():
        assert pytest.approx(probability, rel=1e-14) in numbers


def test_values_of_a_case_stay_values_its_picture_is_read_and_the_key_is_sent(
    language: str, run: Callable[[str, str], str], tmp_path: Path
) -> None:
    picture = bytes(range(256)) * 700
    (tmp_path / "picture.png").write_bytes(picture)
    (tmp_path / "picture-2.jpg").write_bytes(picture[::-1])
    jpeg = f"data:image/jpeg;base64,{base64.b64encode(picture[::-1]).decode()}"
    row = HOSTILE_ROW | {"a picture": "not in the code", "a vector": [0.5, -1, 2e-7], "a photograph": jpeg}
    pictures = ["a picture", "a photograph"]
    with recording() as recorder:
        code = write_snippet(language, recorder.url, "any-model", row, with_key=True, pictures=pictures)
        run(language, code.replace(f"Bearer {KEY}", "Bearer a secret").replace(f'("{KEY}")', '("a secret")'))
    ((path, headers, body),) = recorder.requests
    assert path == "/v1/models/any-model/predictions"
    assert headers["Content-Type"].split(";")[0] == "application/json"
    assert headers["Authorization"] == "Bearer a secret"
    data_url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    assert body == {"rows": [row | {"a picture": data_url}]}
    assert list(body["rows"][0]) == list(row)
