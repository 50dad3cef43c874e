"""Promises of `make demo` and the other commands, tested from outside on a copy of the project with stand-in programs."""

import ast
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from launch import commands, demo_data, environments
from launch.console import LaunchError
from launch.ports import Address
from launch.processes import Program, Supervisor
from tests.support.repository import ROOT
from tests.support.server_process import free_port

PATIENCE = 20.0
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX")

STAND_IN = '''
"""Stands in for a program that listens: says when it ends in order, and dies when told to."""
import http.server, os, signal, sys

ROLE = __package__

def stop(*_):
    print(ROLE, "ends in order")
    sys.exit(0)

class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print(ROLE, "says its last words")
            os._exit(7)
        self.send_response(200)
        self.end_headers()

if os.environ.get("DIES_AT_ONCE") == ROLE:
    sys.exit(f"{ROLE} found no model")
signal.signal(signal.SIGTERM, signal.SIG_IGN if os.environ.get("DEAF") else stop)
print("pid", os.getpid(), "pythonpath", os.environ.get("PYTHONPATH"))
for name in ("SERVICE_HOST", "SERVICE_API_KEYS", "DEMO_HOST", "DEMO_ALLOWED_HOSTS", "DEMO_API_KEY"):
    print(name, os.environ.get(name))
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ[ROLE.upper() + "_PORT"])), Answers).serve_forever()
'''

NOTES = """
import os, sys
with open("nightly-calls", "a") as calls:
    print(__spec__.name, *sys.argv[1:], os.environ.get("PIPELINE_SERVICE_URL"), file=calls)
sys.exit("no room" if os.environ.get("NIGHTLY_FAILS") == sys.argv[-1] else 0)
"""

UV_STAND_IN = """
import os, pathlib, sys, time
with open("uv-calls", "a") as calls:
    print(*sys.argv[1:], file=calls)
if sys.argv[1] == "venv":
    python = pathlib.Path(sys.argv[-1], "bin", "python")
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
elif os.environ.get("UV_SAYS"):
    sys.exit(os.environ["UV_SAYS"])
"""


class Copy:
    """The project's launcher in a folder of its own, with stand-ins for what it starts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.service_port, self.demo_port = free_port(), free_port()
        shutil.copytree(ROOT / "launch", root / "launch", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "Makefile", root)
        for role in ("service", "demo"):
            (root / role).mkdir()
            (root / role / "__init__.py").touch()
            (root / role / "__main__.py").write_text(STAND_IN)
            (root / f"requirements-{role}.txt").write_text("# nothing\n")
        for program in (root / "service" / "training.py", root / "service" / "jobs.py", root / "pipeline.py"):
            program.write_text(NOTES)
        (root / "bundles").mkdir()

    def complete_environments(self) -> None:
        for role in ("service", "demo"):
            home = self.root / ".venv" / role
            venv.create(home, symlinks=True)
            source = environments.describe_source(self.root / f"requirements-{role}.txt")
            (home / environments.STAMP).write_text(source)

    def with_uv(self) -> None:
        (self.root / "bin").mkdir()
        uv = self.root / "bin" / "uv"
        uv.write_text(f"#!{sys.executable}\n{UV_STAND_IN}")
        uv.chmod(0o755)

    def uv_calls(self) -> int:
        calls = self.root / "uv-calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def environment(self, **changes: str) -> dict[str, str]:
        ours = {
            "PATH": f"{self.root / 'bin'}:/usr/bin:/bin",
            "CI": "true",
            "SERVICE_PORT": str(self.service_port),
            "DEMO_PORT": str(self.demo_port),
            "http_proxy": "http://127.0.0.1:9",
        }
        return ours | changes

    def launch(self, command: str, python: str = sys.executable, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-m", "launch", command],
            cwd=self.root,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def nightly_calls(self) -> list[list[str]]:
        """Return what the nightly jobs started, without the training before them."""
        calls = self.root / "nightly-calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [line.split() for line in lines if not line.endswith("None")]

    def log(self, role: str) -> str:
        port = {"service": self.service_port, "demo": self.demo_port}[role]
        return (self.root / ".venv" / "logs" / f"{role}-{port}.log").read_text()

    def setting(self, role: str, name: str) -> str:
        """Return a setting as a program got it."""
        return str(re.findall(rf"^{name} (.+)$", self.log(role), re.MULTILINE)[0])

    def pid(self, role: str) -> int:
        return int(re.findall(r"pid (\d+)", self.log(role))[0])


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


class Terminal:
    """A command as the foreground job of a terminal of its own."""

    def __init__(self, command: list[str], copy: Copy, **changes: str) -> None:
        self.screen = ""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a test run under nohup would hand down that it is ignored
            os.chdir(copy.root)
            os.execvpe(command[0], command, copy.environment(**changes))  # noqa: S606  a terminal needs a fork

    def wait_for(self, text: str) -> None:
        while text not in self.screen:
            assert self._read(), f"{text!r} never came:\n{self.screen}"

    def press_control_c(self) -> None:
        os.write(self._terminal, b"\x03")

    def ended(self) -> int:
        while self._read():
            pass
        hung = threading.Timer(PATIENCE, os.kill, [self.pid, signal.SIGKILL])
        hung.start()
        _, status = os.waitpid(self.pid, 0)
        hung.cancel()
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], PATIENCE)
        try:
            seen = os.read(self._terminal, 65536) if ready else b""
        except OSError:  # Linux says so when the last program has left the terminal
            return False
        self.screen += seen.decode()
        return bool(seen)


@pytest.fixture
def demo(copy: Copy) -> Iterator[Terminal]:
    """`python -m launch demo`, open."""
    copy.complete_environments()
    terminal = Terminal([sys.executable, "-m", "launch", "demo"], copy, PYTHONPATH="/of/another/python")
    terminal.wait_for("Ctrl-C")
    yield terminal
    for port in (copy.service_port, copy.demo_port):
        with socket.socket() as visitor:
            assert visitor.connect_ex(("127.0.0.1", port)) != 0, "something was left running"


def ask(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=PATIENCE):
        pass


# Starting and stopping


@posix_only
def test_control_c_on_make_demo_stops_both_programs_in_order_and_says_nothing_ugly(copy: Copy) -> None:
    copy.complete_environments()
    terminal = Terminal(["make", "demo", f"PYTHON={sys.executable}"], copy)
    terminal.wait_for("Ctrl-C")
    assert f"http://127.0.0.1:{copy.demo_port}" in terminal.screen
    ask(f"http://127.0.0.1:{copy.service_port}/health/ready")
    terminal.press_control_c()
    terminal.ended()
    assert terminal.screen.rstrip().endswith("Stopped.")
    assert "Error" not in terminal.screen
    assert "Traceback" not in terminal.screen
    for role in ("service", "demo"):
        assert f"{role} ends in order" in copy.log(role)


@posix_only
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_both_programs_with_exit_code_0(demo: Terminal, copy: Copy, number: signal.Signals) -> None:
    os.kill(demo.pid, number)
    assert demo.ended() == 0
    assert "Traceback" not in demo.screen
    for role in ("service", "demo"):
        assert f"{role} ends in order" in copy.log(role)
        assert "pythonpath None" in copy.log(role), "packages of another Python could be mixed in"


# For others


@posix_only
def test_make_demo_for_others_is_one_line_that_makes_a_key_and_says_where_they_find_the_page(copy: Copy) -> None:
    copy.complete_environments()
    terminal = Terminal(["make", "demo", "SHARE=yes", f"PYTHON={sys.executable}"], copy)
    terminal.wait_for("Ctrl-C")
    terminal.press_control_c()
    terminal.ended()
    key = copy.setting("demo", "DEMO_API_KEY")
    assert len(key) >= 32
    assert copy.setting("service", "SERVICE_API_KEYS") == f"{key}:read"
    assert copy.setting("service", "SERVICE_HOST") == "None", "the service itself stays on this machine"
    assert copy.setting("demo", "DEMO_HOST") == "0.0.0.0"
    hosts = copy.setting("demo", "DEMO_ALLOWED_HOSTS").split(",")
    assert socket.gethostname() in hosts
    for host in hosts:
        assert f"http://{host}:{copy.demo_port}" in terminal.screen
    assert key not in terminal.screen


@posix_only
def test_make_demo_alone_lets_nobody_in(demo: Terminal, copy: Copy) -> None:
    demo.press_control_c()
    demo.ended()
    for role in ("service", "demo"):
        for name in ("SERVICE_API_KEYS", "SERVICE_HOST", "DEMO_HOST", "DEMO_ALLOWED_HOSTS", "DEMO_API_KEY"):
            assert copy.setting(role, name) == "None"
    assert "Others on your network" not in demo.screen


# The nightly jobs


def opened_and_closed(copy: Copy, until: str, **changes: str) -> None:
    terminal = Terminal([sys.executable, "-m", "launch", "demo"], copy, **changes)
    terminal.wait_for(until)
    terminal.press_control_c()
    terminal.ended()


@posix_only
def test_the_first_demo_of_a_day_runs_the_nightly_jobs_after_the_page_is_open(copy: Copy) -> None:
    copy.complete_environments()
    opened_and_closed(copy, "Clients and Feed are filled")
    assert [call[:2] for call in copy.nightly_calls()] == [
        ["service.jobs", "features"],
        ["service.jobs", "predict"],
        ["service.training", "--comments"],
        ["pipeline", "enrich"],
    ]
    assert copy.nightly_calls()[-1][-1] == f"http://127.0.0.1:{copy.service_port}"
    opened_and_closed(copy, "Ctrl-C")
    assert len(copy.nightly_calls()) == 4, "the same jobs again"
    os.utime(copy.root / "var" / "nightly" / "done", (1, 1))
    opened_and_closed(copy, "Clients and Feed are filled")
    assert len(copy.nightly_calls()) == 8
    (copy.root / "bundles" / "trained-anew").mkdir()
    opened_and_closed(copy, "Clients and Feed are filled")
    assert len(copy.nightly_calls()) == 12


@posix_only
def test_a_nightly_job_that_fails_is_reported_and_the_page_stays_open(copy: Copy) -> None:
    copy.complete_environments()
    opened_and_closed(copy, "Clients and Feed may lack something", NIGHTLY_FAILS=str(copy.root / "var" / "comments.jsonl"))
    assert len(copy.nightly_calls()) == 3
    opened_and_closed(copy, "Clients and Feed are filled")
    assert len(copy.nightly_calls()) == 7


@pytest.mark.parametrize("own", ["SERVICE_DATABASE_URL", "SERVICE_BUNDLES", "DEMO_FEEDS", ""])
def test_the_nightly_jobs_write_nothing_into_what_the_user_has_chosen(
    own: str, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    if own:
        monkeypatch.setenv(own, "mine")
    python = Path(sys.executable)
    with Supervisor(copy.root) as supervisor:
        at = Address("SERVICE_PORT", "127.0.0.1", 1)
        demo_data.run(supervisor, copy.root, service=python, demo=python, at=at, api_key="", log=copy.root / "nightly.log")
    assert len(copy.nightly_calls()) == (0 if own else 4)


@posix_only
@pytest.mark.parametrize("role", ["service", "demo"])
def test_a_program_that_dies_is_reported_with_its_last_lines_and_the_other_is_stopped(
    demo: Terminal, copy: Copy, role: str
) -> None:
    port = {"service": copy.service_port, "demo": copy.demo_port}[role]
    with pytest.raises((RemoteDisconnected, urllib.error.URLError)):
        ask(f"http://127.0.0.1:{port}/die")
    assert demo.ended() == 1
    assert f"| {role} says its last words" in demo.screen
    assert f"The {role} stopped by itself (exit code 7)" in demo.screen
    other = "demo" if role == "service" else "service"
    assert f"{other} ends in order" in copy.log(other)


@pytest.mark.skipif(not (sys.platform == "linux" and shutil.which("setpriv")), reason="the kernel's leash of Linux")
def test_killing_the_launcher_outright_leaves_nothing_running(demo: Terminal, copy: Copy) -> None:
    programs = [os.pidfd_open(copy.pid(role)) for role in ("service", "demo")]
    os.kill(demo.pid, signal.SIGKILL)
    demo.ended()
    for program in programs:
        ended, _, _ = select.select([program], [], [], PATIENCE)
        os.close(program)
        assert ended


@posix_only
def test_a_program_that_cannot_start_is_one_sentence_after_its_own_words(copy: Copy) -> None:
    copy.complete_environments()
    answer = copy.launch("demo", DIES_AT_ONCE="service")
    assert answer.returncode == 1
    assert "| service found no model" in answer.stderr
    assert answer.stderr.rstrip().splitlines()[-1].startswith("The service stopped by itself (exit code 1); ")
    assert "Traceback" not in answer.stderr


@posix_only
def test_a_program_deaf_to_the_signal_is_killed_after_its_grace(copy: Copy) -> None:
    url = f"http://127.0.0.1:{copy.service_port}/health/ready"
    environment = {"SERVICE_PORT": str(copy.service_port), "DEAF": "yes"}
    with Supervisor(copy.root) as supervisor:
        deaf = Program("it", [sys.executable, "-m", "service"], environment, ready_url=url, grace_seconds=0.2)
        child = supervisor.start(deaf)
        supervisor.wait_until_ready(PATIENCE)
    assert child.process.returncode == -signal.SIGKILL


@posix_only
def test_a_program_that_is_never_ready_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(Program("the clock", command, ready_url="http://127.0.0.1:9/health/ready"))
        with pytest.raises(LaunchError, match=r"^The clock was not ready after 0 s\.$"):
            supervisor.wait_until_ready(0)


# Ports


def test_a_port_in_use_is_one_sentence_and_nothing_is_started(copy: Copy) -> None:
    with socket.create_server(("127.0.0.1", copy.demo_port)):
        answer = copy.launch("demo")
    assert answer.returncode == 1
    sentence = rf"Port {copy.demo_port} is in use by another program; choose another: DEMO_PORT=\d+ make demo"
    assert re.fullmatch(sentence, answer.stderr.strip())
    assert not (copy.root / ".venv").exists()


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "8000.0", "٨٠٠٠", "9" * 5000])
def test_a_port_that_is_none_is_one_sentence_that_names_the_variable(copy: Copy, port: str) -> None:
    answer = copy.launch("service", SERVICE_PORT=port)
    assert answer.returncode == 1
    assert answer.stderr.strip().startswith("SERVICE_PORT is ")
    assert len(answer.stderr.strip().splitlines()) == 1


def test_one_port_for_both_programs_is_refused(copy: Copy) -> None:
    answer = copy.launch("demo", SERVICE_PORT=str(copy.demo_port))
    assert answer.stderr.strip() == f"SERVICE_PORT and DEMO_PORT are both {copy.demo_port}: give each program another port."


# Environments


def test_the_door_says_that_a_python_is_too_old_even_to_one_that_is() -> None:
    source = (ROOT / "launch" / "__main__.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    ast.parse((ROOT / "launch" / "__init__.py").read_text(), feature_version=(3, 6))
    old = "import runpy, sys; sys.version_info = (3, 10, 4); runpy.run_module('launch', run_name='__main__')"
    answer = subprocess.run([sys.executable, "-c", old], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert re.fullmatch(r"Witryna needs Python 3\.11 or newer, and this is Python 3\.10: .+", answer.stderr.strip())


def test_an_environment_is_built_once_and_again_when_its_requirements_changed(copy: Copy) -> None:
    copy.with_uv()
    shutil.copy(copy.root / "requirements-demo.txt", copy.root / "requirements-dev.txt")
    assert copy.launch("install").returncode == 0
    built = copy.uv_calls()
    assert built == 2 * 3
    start = time.monotonic()
    assert copy.launch("install").returncode == 0
    assert time.monotonic() - start < 2
    assert copy.uv_calls() == built
    (copy.root / "requirements-demo.txt").write_text("# something else\n")
    assert copy.launch("install").returncode == 0
    assert copy.uv_calls() == built + 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: Failed to download\n  cause: Hash mismatch", "error: Failed to download cause: Hash mismatch"),
        ("error: Failed to fetch\n  cause: dns error", "the package index cannot be reached"),
        ("error: No space left on device (os error 28)", "the disk is full"),
        (" ", "(the whole log: "),
    ],
)
def test_a_failed_install_is_one_sentence_and_not_taken_for_complete(copy: Copy, said: str, sentence: str) -> None:
    copy.with_uv()
    answer = copy.launch("service", UV_SAYS=said)
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "The packages of requirements-service.txt were not installed: " in answer.stderr
    assert sentence in answer.stderr
    assert "(the whole log: .venv/logs/install-service.log)" in answer.stderr
    tried = copy.uv_calls()
    copy.launch("service", UV_SAYS=said)
    assert copy.uv_calls() == 2 * tried


def test_without_uv_an_impossible_pin_is_one_sentence(copy: Copy) -> None:
    pin = f"colour-of-the-sky==99 --hash=sha256:{'0' * 64}\n"
    (copy.root / "requirements-service.txt").write_text(pin)
    answer = copy.launch("service", PIP_NO_INDEX="1")
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "No matching distribution found for colour-of-the-sky==99" in answer.stderr
    assert not (copy.root / ".venv" / "service" / environments.STAMP).exists()


def test_a_killed_install_is_not_taken_for_complete(copy: Copy) -> None:
    copy.complete_environments()
    (copy.root / ".venv" / "service" / environments.STAMP).unlink()
    copy.with_uv()
    copy.launch("service", UV_SAYS="error: still no")
    assert copy.uv_calls() == 2


def test_an_environment_started_from_itself_is_rebuilt_by_the_python_below_it(copy: Copy) -> None:
    copy.complete_environments()
    (copy.root / ".venv" / "service" / environments.STAMP).unlink()
    copy.with_uv()
    copy.launch("service", str(copy.root / ".venv" / "service" / "bin" / "python"), UV_SAYS="error: no")
    call = (copy.root / "uv-calls").read_text().splitlines()[0]
    assert f"--python {sys.base_prefix}" in call


# Browsers


# The Makefile


def test_an_unknown_command_names_the_known_ones(copy: Copy) -> None:
    answer = copy.launch("everything")
    assert answer.returncode == 2
    assert all(f"make {name}" in answer.stderr for name in commands.COMMANDS)
