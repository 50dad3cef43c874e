"""A copy of the project's launcher with stand-ins for the programs that it starts, and a terminal to run it in."""

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
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import environments
from tests.support.repository import ROOT
from tests.support.server_process import free_port

PATIENCE = 60.0
"""Seconds. Stops a test that would otherwise hang; no promise depends on it."""
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX")

STAND_IN = '''
"""Replaces a program that listens: prints a line at an orderly end, and exits on the request /die."""
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

    def do_POST(self):
        print("asks for", self.path, self.headers.get("Authorization"))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(b'{"token": "wl_one-link", "expires": "2026-12-01T00:00:00Z"}')

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
    """The project's launcher in another folder, with stand-ins for the programs that it starts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.service_port, self.demo_port = free_port(), free_port()
        for package in ("launch", "wire"):
            shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
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
        """Return the calls of the nightly jobs, without the training before them."""
        calls = self.root / "nightly-calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [line.split() for line in lines if not line.endswith("None")]

    def log(self, role: str) -> str:
        port = {"service": self.service_port, "demo": self.demo_port}[role]
        return (self.root / ".venv" / "logs" / f"{role}-{port}.log").read_text()

    def setting(self, role: str, name: str) -> str:
        """Return a setting as the program received it."""
        return str(re.findall(rf"^{name} (.+)$", self.log(role), re.MULTILINE)[0])

    def pid(self, role: str) -> int:
        return int(re.findall(r"pid (\d+)", self.log(role))[0])


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


class Terminal:
    """A command as the foreground job of a new terminal."""

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
    """`python -m launch demo`, whose page is open."""
    copy.complete_environments()
    terminal = Terminal([sys.executable, "-m", "launch", "demo"], copy, PYTHONPATH="/of/another/python")
    terminal.wait_for("Ctrl-C")
    yield terminal
    for port in (copy.service_port, copy.demo_port):
        with socket.socket() as visitor:
            assert visitor.connect_ex(("127.0.0.1", port)) != 0, "something was left running"
