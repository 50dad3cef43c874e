"""What `make` can ask for, each command read from top to bottom."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from launch import browser, demo_data
from launch.console import Trouble, bold, complain, say
from launch.environments import set_up
from launch.ports import Address, address, require_free
from launch.processes import Program, Stopped, Supervisor

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".venv" / "logs"
READY_WITHIN = 90.0
"""Seconds: a first start on a slow disk reads some hundred megabytes."""


def demo(supervisor: Supervisor) -> int:
    """The service and the page, until somebody stops them."""
    at, page = address("service", 8000), address("demo", 8501)
    require_free([at, page], "demo")
    service_python, demo_python = (set_up(supervisor, ROOT, name) for name in ("service", "demo"))
    _train(supervisor, service_python)
    require_free([at, page], "demo")
    supervisor.start(_service(service_python, at, log=LOGS / f"service-{at.port}.log"))
    supervisor.start(_demo(demo_python, page, at))
    supervisor.wait_until_ready(READY_WITHIN)
    say(f"\n  Witryna is open:  {bold(page.url)}\n")
    say(f"  The models answer at {at.url} · logs are in {os.path.relpath(LOGS)} · Ctrl-C closes it\n")
    browser.show(page.url)
    log = LOGS / f"night-{at.port}.log"
    demo_data.run(supervisor, ROOT, service=service_python, demo=demo_python, at=at, log=log)
    supervisor.watch()
    return 0


def service(supervisor: Supervisor) -> int:
    """The service alone, with its log on the terminal."""
    at = address("service", 8000)
    require_free([at], "service")
    python = set_up(supervisor, ROOT, "service")
    _train(supervisor, python)
    require_free([at], "service")
    supervisor.start(_service(python, at, log=None))
    supervisor.wait_until_ready(READY_WITHIN)
    say(f"\n  The models answer at {bold(at.url)} · try them at {at.url}/docs · Ctrl-C stops it\n")
    supervisor.watch()
    return 0


def test(supervisor: Supervisor) -> int:
    """Everything that must hold before a change is good: what CI runs."""
    python = set_up(supervisor, ROOT, "dev")
    set_up(supervisor, ROOT, "prefect")
    _train(supervisor, python)
    chosen = browser.for_tests(supervisor, ROOT, python)
    return _verify(supervisor, python, ["-m", "pytest"], {"WITRYNA_BROWSER": chosen})


def check(supervisor: Supervisor) -> int:
    """The same without the tests that drive a browser."""
    python = set_up(supervisor, ROOT, "dev")
    _train(supervisor, python)
    return _verify(supervisor, python, ["-m", "pytest", "--ignore=tests/browser"], {})


def install(supervisor: Supervisor) -> int:
    for name in ("service", "demo", "dev"):
        set_up(supervisor, ROOT, name)
    say("  All three environments are complete: .venv/service, .venv/demo, .venv/dev")
    return 0


def bench(supervisor: Supervisor) -> int:
    python = set_up(supervisor, ROOT, "dev")
    _train(supervisor, python)
    return supervisor.run(Program("the benchmark", [python, "-m", "benchmarks"], ending=signal.SIGINT))


COMMANDS: dict[str, Callable[[Supervisor], int]] = {
    command.__name__: command for command in (demo, service, test, check, install, bench)
}
OPEN_ENDED = ("demo", "service")
"""Run until somebody stops them: being stopped is how they end well."""


def main(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        complain(f"Say one of these: make {' · make '.join(COMMANDS)}")
        return 2
    name = arguments[0]
    try:
        with Supervisor(ROOT) as supervisor:
            return COMMANDS[name](supervisor)
    except Trouble as trouble:
        complain(f"\n{trouble}")
        return 1
    except Stopped:
        say("\nStopped.")
        return 0 if name in OPEN_ENDED else 128 + signal.SIGINT


def _service(python: Path, at: Address, log: Path | None) -> Program:
    return Program(
        name="the service",
        command=[python, "-m", "service"],
        environment={at.variable: str(at.port)},
        log=log,
        ready_url=f"{at.url}/health/ready",
        grace=20.0,
    )


def _demo(python: Path, page: Address, service_at: Address) -> Program:
    direct = ",".join(filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), service_at.host]))
    return Program(
        name="the demo",
        command=[python, "-m", "demo"],
        environment={
            page.variable: str(page.port),
            "DEMO_SERVICE_URL": service_at.url,
            "DEMO_FEEDS": demo_data.feeds(ROOT),
            "NO_PROXY": direct,
            "no_proxy": direct,
        },
        log=LOGS / f"demo-{page.port}.log",
        ready_url=f"{page.url}/_stcore/health",
    )


def _train(supervisor: Supervisor, python: Path) -> None:
    """Build the bundles that are missing; says its own progress, and nothing when there is nothing to do."""
    if supervisor.run(Program("the training", [python, "-m", "service.training"])):
        raise Trouble("The bundled models could not be trained; the lines above say why.")


def _verify(supervisor: Supervisor, python: Path, tests: list[str], environment: dict[str, str]) -> int:
    """Format, lint, types, tests: all of them, even if one fails."""
    checks = {
        "format": ["-m", "ruff", "format", "--check", "."],
        "lint": ["-m", "ruff", "check", "."],
        "types": ["-m", "mypy"],
        "tests": tests,
    }
    failed = []
    for name, arguments in checks.items():
        say(bold(f"\n{name}"))
        if supervisor.run(Program(name, [python, *arguments], environment, ending=signal.SIGINT, grace=20.0)):
            failed.append(name)
    if failed:
        raise Trouble(f"Not good yet: {', '.join(failed)}.")
    return 0
