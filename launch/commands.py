"""The commands of `make`; each function reads from top to bottom as the command runs."""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

from launch import browser, demo_data, runtimes
from launch.console import LaunchError, bold, say, say_error
from launch.environments import set_up
from launch.own_model import OwnModel, read_own_model
from launch.ports import Address, address, require_free
from launch.processes import Program, Stopped, Supervisor
from launch.sharing import Sharing, read_sharing, request_link
from launch.temporary_files import fast_temporary_files

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".venv" / "logs"
READY_SECONDS = 90.0
"""Seconds. The first start on a slow disk reads some hundred megabytes."""
PYTEST = ["-m", "pytest", "--durations=20"]
PARALLEL = ["-n", str(min((os.cpu_count() or 1) + 1, 4)), "--dist=loadscope", "--no-loadscope-reorder"]
"""A worker per processor and one more, because workers also wait for programs; four at most.

The tests of one file stay together, because they share what they start.

Workers take the files in the order of tests/conftest.py, the slow ones first: at the end no worker waits for another.
"""
ONE_THREAD_EACH = {"OMP_NUM_THREADS": "1"}
"""The workers use all processors: a second thread of scikit-learn would only wait for another worker."""
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Tests start hundreds of programs. Each would compile what it imports, if the variable kept them from storing it."""


def demo(supervisor: Supervisor) -> int:
    """Run the service and the demo until they are stopped.

    SHARE=yes opens the page to other machines. MODEL=… publishes a model of the user first and opens the page on it.
    """
    sharing = read_sharing(os.environ)
    own_model = read_own_model(os.environ, ROOT)
    at, page = address("service", 8000), address("demo", 8501)
    require_free([at, page], "demo")
    service_python, demo_python = (set_up(supervisor, ROOT, name) for name in ("service", "demo"))
    if own_model is None:
        _train(supervisor, service_python)
    else:
        _publish(supervisor, service_python, own_model)
    bundles = {"SERVICE_BUNDLES": str(own_model.bundles)} if own_model else {}
    require_free([at, page], "demo")
    supervisor.start(_service(service_python, at, {**sharing.service, **bundles}, log=LOGS / f"service-{at.port}.log"))
    supervisor.start(_demo(demo_python, page, at, sharing.demo))
    supervisor.wait_until_ready(READY_SECONDS)
    model = {"model": own_model.name} if own_model else {}
    url = f"{page.url}/?{urlencode(model)}" if model else page.url
    say(f"\n  Witryna is open:  {bold(url)}\n")
    _print_shared_addresses(sharing, page)
    host = sharing.hosts[0] if sharing.hosts else page.host
    if link := request_link(at.url, sharing.presenter_key, Address(page.variable, host, page.port).url):
        say(f"  Presenter (opens once): {bold(link)}\n")
    say(f"  The models answer at {at.url} · logs are in {os.path.relpath(LOGS)} · Ctrl-C closes it\n")
    browser.open_page(lambda: request_link(at.url, sharing.presenter_key, page.url, open="start", **model) or url)
    if own_model is None:
        log = LOGS / f"nightly-{at.port}.log"
        key = {**os.environ, **sharing.demo}.get("DEMO_API_KEY", "")
        demo_data.run(supervisor, ROOT, service=service_python, demo=demo_python, at=at, api_key=key, log=log)
    supervisor.watch(READY_SECONDS)
    return 0


def service(supervisor: Supervisor) -> int:
    """Run only the service, with its log on the terminal."""
    at = address("service", 8000)
    require_free([at], "service")
    python = set_up(supervisor, ROOT, "service")
    _train(supervisor, python)
    require_free([at], "service")
    supervisor.start(_service(python, at, {}, log=None))
    supervisor.wait_until_ready(READY_SECONDS)
    say(f"\n  The models answer at {bold(at.url)} · try them at {at.url}/docs · Ctrl-C stops it\n")
    supervisor.watch(READY_SECONDS)
    return 0


def test(supervisor: Supervisor) -> int:
    """Check format, lint and types, and run all tests except those of speed, as CI does."""
    python = set_up(supervisor, ROOT, "dev")
    set_up(supervisor, ROOT, "prefect")
    _train(supervisor, python)
    chosen = browser.find_or_install(supervisor, ROOT, python)
    runtimes.install_missing(supervisor, ROOT)
    return _verify(supervisor, python, [*PYTEST, *PARALLEL, "--ignore=tests/speed"], {"WITRYNA_BROWSER": chosen})


def check(supervisor: Supervisor) -> int:
    """Check format, lint and types, and run the tests that start no program: the layers unit and app."""
    python = set_up(supervisor, ROOT, "dev")
    _train(supervisor, python)
    return _verify(supervisor, python, [*PYTEST, *PARALLEL, "tests/unit", "tests/app"], {})


def unit(supervisor: Supervisor) -> int:
    """Run only the unit tests. They need no model, no program and no database."""
    return _run_tests(supervisor, set_up(supervisor, ROOT, "dev"), [*PARALLEL, "tests/unit"])


def speed(supervisor: Supervisor) -> int:
    """Run the tests that measure time, one after the other. Nothing else should run on the machine."""
    python = set_up(supervisor, ROOT, "dev")
    _train(supervisor, python)
    return _run_tests(supervisor, python, ["tests/speed"])


def install(supervisor: Supervisor) -> int:
    """Build the environments of the service, the demo and the tests."""
    for name in ("service", "demo", "dev"):
        set_up(supervisor, ROOT, name)
    say("  All three environments are complete: .venv/service, .venv/demo, .venv/dev")
    return 0


def bench(supervisor: Supervisor) -> int:
    """Compare the service with a tutorial service, in one run."""
    python = set_up(supervisor, ROOT, "dev")
    _train(supervisor, python)
    return supervisor.run(Program("the benchmark", [python, "-m", "benchmarks"], stop_signal=signal.SIGINT))


COMMANDS: dict[str, Callable[[Supervisor], int]] = {
    command.__name__: command for command in (demo, service, unit, check, test, speed, bench, install)
}
UNTIL_STOPPED = ("demo", "service")
"""These commands run until the user stops them. Their exit code is then 0."""


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        say_error(f"Use one of these: make {' · make '.join(COMMANDS)}")
        return 2
    name = arguments[0]
    try:
        with Supervisor(ROOT) as supervisor:
            return COMMANDS[name](supervisor)
    except LaunchError as error:
        say_error(f"\n{error}")
        return 1
    except Stopped:
        say("\nStopped.")
        return 0 if name in UNTIL_STOPPED else 128 + signal.SIGINT


def _service(python: Path, at: Address, settings: Mapping[str, str], *, log: Path | None) -> Program:
    return Program(
        name="the service",
        command=[python, "-m", "service"],
        environment={at.variable: str(at.port), **settings},
        log=log,
        ready_url=f"{at.url}/health/ready",
        grace_seconds=20.0,
    )


def _demo(python: Path, page: Address, service_at: Address, settings: Mapping[str, str]) -> Program:
    no_proxy = ",".join(filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), service_at.host]))
    return Program(
        name="the demo",
        command=[python, "-m", "demo"],
        environment={
            page.variable: str(page.port),
            "DEMO_SERVICE_URL": service_at.url,
            "DEMO_FEEDS": demo_data.feeds(ROOT),
            "NO_PROXY": no_proxy,
            "no_proxy": no_proxy,
            **settings,
        },
        log=LOGS / f"demo-{page.port}.log",
        ready_url=f"{page.url}/_stcore/health",
    )


def _print_shared_addresses(sharing: Sharing, page: Address) -> None:
    if sharing.hosts:
        say("  Others on your network open one of these:")
        for host in sharing.hosts:
            say(f"    {Address(page.variable, host, page.port).url}")
        say()


def _publish(supervisor: Supervisor, python: Path, own_model: OwnModel) -> None:
    """Make a bundle of the user's model. The command prints what it understood, or why it cannot."""
    own_model.bundles.mkdir(parents=True, exist_ok=True)
    if supervisor.run(Program("the publishing", [python, "-m", "service.models", *own_model.arguments])):
        raise LaunchError("The model could not be published; the lines above say why.")


def _train(supervisor: Supervisor, python: Path) -> None:
    """Build the bundles that are missing. Training prints its progress, and nothing if all bundles are there."""
    if supervisor.run(Program("the training", [python, "-m", "service.training"])):
        raise LaunchError("The bundled models could not be trained; the lines above say why.")


def _run_tests(supervisor: Supervisor, python: Path, arguments: list[str]) -> int:
    with fast_temporary_files() as temporary_files:
        environment = {**COMPILED_ONCE, **temporary_files}
        return supervisor.run(
            Program("the tests", [python, *PYTEST, *arguments], environment, stop_signal=signal.SIGINT, grace_seconds=20.0)
        )


def _verify(supervisor: Supervisor, python: Path, tests: list[str], environment: dict[str, str]) -> int:
    """Run format, lint, types and tests: all of them, even if one fails."""
    checks = {
        "format": ["-m", "ruff", "format", "--check", "."],
        "lint": ["-m", "ruff", "check", "."],
        "types": ["-m", "mypy"],
        "tests": tests,
    }
    failed = []
    with fast_temporary_files() as temporary_files:
        environment = {**ONE_THREAD_EACH, **COMPILED_ONCE, **temporary_files, **environment}
        for name, arguments in checks.items():
            say(bold(f"\n{name}"))
            command: list[str | Path] = [python, *arguments]
            if supervisor.run(Program(name, command, environment, stop_signal=signal.SIGINT, grace_seconds=20.0)):
                failed.append(name)
    if failed:
        raise LaunchError(f"Not good yet: {', '.join(failed)}.")
    return 0
