"""The compose file keeps to its specification, and what both Dockerfiles copy and run is really in the tree."""

import fnmatch
import json
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from service.jobs.__main__ import _parser
from tests.support.repository import ROOT

DOCKERFILES = ["service/Dockerfile", "demo/Dockerfile"]
COMES_WITH_PYTHON = {"venv", "pip"}
COMPOSE = YAML(typ="safe").load(ROOT / "docker-compose.yml")


@dataclass(frozen=True)
class Instruction:
    word: str
    text: str


def instructions(dockerfile: str) -> list[Instruction]:
    return [instruction for stage in stages(dockerfile) for instruction in stage]


def stages(dockerfile: str) -> list[list[Instruction]]:
    """The instructions of a Dockerfile, stage by stage, continued lines joined."""
    text = (ROOT / dockerfile).read_text().replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    results: list[list[Instruction]] = []
    for word, rest in lines:
        if word == "FROM":
            results.append([])
        results[-1].append(Instruction(word, rest))
    return results


def copied_from_the_tree(dockerfile: str) -> list[str]:
    sources = []
    for instruction in instructions(dockerfile):
        if instruction.word in ("COPY", "ADD") and "--from=" not in instruction.text:
            sources += instruction.text.split()[:-1]
    return sources


def ignored(path: str) -> bool:
    """Does .dockerignore keep this path out of a build? The last line that fits it or a folder above it decides."""
    answer = False
    parts = path.rstrip("/").split("/")
    above = ["/".join(parts[: i + 1]) for i in range(len(parts))]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        names = parts if "**/" in line else above
        if line and not line.startswith("#") and any(fnmatch.fnmatchcase(name, pattern) for name in names):
            answer = not line.startswith("!")
    return answer


def commands(dockerfile: str) -> list[list[str]]:
    """Every program an image runs, while it is built, served or asked for its health."""
    results = []
    for instruction in instructions(dockerfile):
        words = re.sub(r"^(--\S+\s+)*(CMD\s+)?", "", instruction.text)
        if instruction.word == "RUN":
            results += [command.split() for command in words.split("&&")]
        elif instruction.word in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            results.append(json.loads(words))
    return results


def test_compose_builds_both_dockerfiles_and_waits_for_the_service_to_be_healthy() -> None:
    always = [program for program in COMPOSE["services"].values() if "profiles" not in program]
    assert sorted(program["build"]["dockerfile"] for program in always) == sorted(DOCKERFILES)
    assert COMPOSE["services"]["demo"]["depends_on"] == {"service": {"condition": "service_healthy"}}


def test_every_line_of_compose_that_is_told_gives_what_the_file_requires() -> None:
    """Compose fills in the whole file, whatever part of it is started."""
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert required == {"WITRYNA_KEY"}
    pages = [ROOT / "README.md", ROOT / "docker-compose.yml", *(ROOT / "docs").rglob("*.md")]
    lines = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines() if "docker compose " in line]
    assert len(lines) >= 7
    for line in lines:
        assert required <= set(re.findall(r"\b(\w+)=", line.partition("docker compose ")[0])), line


def test_compose_publishes_the_demo_alone_and_on_loopback_only() -> None:
    assert "ports" not in COMPOSE["services"]["service"]
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["demo"]["ports"])


def test_the_nightly_job_writes_where_the_service_reads_and_only_reads_its_input() -> None:
    service, nightly = COMPOSE["services"]["service"], COMPOSE["services"]["nightly"]
    assert nightly["profiles"] == ["nightly"]
    assert nightly["environment"]["SERVICE_DATABASE_URL"] == service["environment"]["SERVICE_DATABASE_URL"]
    assert nightly["build"] == service["build"]
    assert set(service["volumes"]) < set(nightly["volumes"])
    assert [volume for volume in nightly["volumes"] if "/input" in volume] == ["${WITRYNA_INPUT:-./data}:/input:ro"]
    module = nightly["command"][nightly["command"].index("-m") + 1]
    assert find_spec(f"{module}.__main__")
    options = _parser().parse_args(nightly["command"][3:])
    assert (options.model, options.input) == ("credit-default", "/input")


def test_the_dask_profile_runs_the_nightly_job_on_a_cluster_that_nobody_else_reaches() -> None:
    programs = {name: program for name, program in COMPOSE["services"].items() if "dask" in program.get("profiles", [])}
    assert sorted(programs) == ["dask-scheduler", "dask-worker", "nightly-dask"]
    assert COMPOSE["networks"]["dask"]["internal"] is True
    for name, program in programs.items():
        assert "ports" not in program
        assert program["build"]["args"]["REQUIREMENTS"] == "requirements-dask.txt"
        assert program["networks"] == (["default", "dask"] if name == "nightly-dask" else ["dask"])
        assert [volume for volume in program["volumes"] if "/input" in volume] == ["${WITRYNA_INPUT:-./data}:/input:ro"]
        assert find_spec(program["command"][2])
    options = _parser().parse_args(programs["nightly-dask"]["command"][3:])
    assert (options.engine, options.scheduler, options.input) == ("dask", "tcp://dask-scheduler:8786", "/input")
    assert options.scheduler in programs["dask-worker"]["command"]
    service = COMPOSE["services"]["service"]
    assert programs["nightly-dask"]["environment"]["SERVICE_DATABASE_URL"] == service["environment"]["SERVICE_DATABASE_URL"]


def test_the_database_of_the_profile_is_reached_by_no_one_outside() -> None:
    postgres = COMPOSE["services"]["postgres"]
    assert postgres["profiles"] == ["postgres"]
    assert "ports" not in postgres


def test_compose_does_not_start_without_a_key_and_holds_none() -> None:
    required = re.compile(r"\$\{WITRYNA_KEY:\?[^}]+\}")
    assert required.match(COMPOSE["services"]["service"]["environment"]["SERVICE_API_KEYS"])
    assert required.fullmatch(COMPOSE["services"]["demo"]["environment"]["DEMO_API_KEY"])


@pytest.mark.parametrize("program", ["service", "demo", "nightly", "dask-scheduler", "dask-worker", "nightly-dask"])
def test_a_container_can_change_nothing_of_itself_and_gain_no_rights(program: str) -> None:
    settings = COMPOSE["services"][program]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_what_a_dockerfile_copies_is_in_the_tree_and_reaches_the_build(dockerfile: str) -> None:
    sources = copied_from_the_tree(dockerfile)
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source


def test_secrets_environments_and_bundles_never_reach_a_build() -> None:
    for path in (".env", ".git/config", ".venv/dev/bin/python", "bundles/credit-default", "demo/.env/__pycache__/a.pyc"):
        assert ignored(path), path
    assert not ignored("service/publishing/publish.py")


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_what_a_stage_takes_from_another_was_made_there(dockerfile: str) -> None:
    built = stages(dockerfile)
    names = [re.findall(r" AS (\w+)$", stage[0].text) for stage in built]
    for i, stage in enumerate(built):
        earlier = {name for result in names[:i] for name in result}
        taken = {name for one in stage for name in re.findall(r"--from=(\S+)", one.text)}
        assert taken <= earlier


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_every_python_module_that_an_image_runs_exists(dockerfile: str) -> None:
    programs = commands(dockerfile)
    modules = [command[command.index("-m") + 1] for command in programs if "-m" in command]
    assert Path(dockerfile).parent.name in modules
    for module in set(modules) - COMES_WITH_PYTHON:
        assert find_spec(f"{module}.__main__"), module
    for command in programs:
        assert Path(command[0]).name == "python", "an image runs nothing but Python"
        if "-c" in command:
            compile(command[-1], "HEALTHCHECK", "exec")


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_the_last_stage_runs_as_nobody_in_particular_and_tells_its_health(dockerfile: str) -> None:
    last = stages(dockerfile)[-1]
    user = [instruction.text for instruction in last if instruction.word == "USER"]
    assert len(user) == 1
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user[0])
    assert any(instruction.word == "HEALTHCHECK" for instruction in last)
    changes_after = [one.word for one in last[last.index(Instruction("USER", user[0])) :]]
    assert not {"RUN", "COPY", "ADD"} & set(changes_after)


def test_the_service_serves_without_the_data_it_was_trained_on() -> None:
    copied = [instruction.text for instruction in stages("service/Dockerfile")[-1] if instruction.word == "COPY"]
    assert copied
    assert not [text for text in copied if "data/" in text]  # nightly pictures run beside the image, see docs/pictures.md


def test_nothing_of_models_reaches_the_image_of_the_demo() -> None:
    assert set(copied_from_the_tree("demo/Dockerfile")) == {"requirements-demo.txt", "client/", "demo/", "tabular/", "wire/"}
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "requirements-demo.txt").read_text(), re.MULTILINE)
    assert pinned
    assert not {"scikit-learn", "skops", "skl2onnx", "onnx", "onnxruntime", "fastapi", "msgspec"} & set(pinned)
