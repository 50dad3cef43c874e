"""Promises of `make demo` and the other commands, tested from outside on a copy of the project with stand-in programs."""

import os
import re
import select
import shutil
import signal
import socket
import sys
import urllib.error
import urllib.request
from http.client import RemoteDisconnected
from pathlib import Path

import pytest

from launch import commands
from launch.console import LaunchError
from launch.processes import MAX_RESTARTS, Program, Supervisor
from tests.support.launcher_copy import PATIENCE, Copy, Terminal, posix_only


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
    assert "Presenter (opens once): " in terminal.screen
    assert f"http://127.0.0.1:{copy.demo_port}/sign-in?token=wl_one-link" in terminal.screen
    assert "asks for /v1/presenter-links None" in copy.log("service"), "without keys the service asks for none"
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
    entry, _, presenter_entry = copy.setting("service", "SERVICE_API_KEYS").partition(",")
    assert entry == f"{key}:read+feedback"
    presenter_key = presenter_entry.removesuffix(":present")
    assert f"asks for /v1/presenter-links Bearer {presenter_key}" in copy.log("service")
    assert copy.setting("service", "SERVICE_HOST") == "None", "the service itself stays on this machine"
    assert copy.setting("demo", "DEMO_HOST") == "0.0.0.0"
    hosts = copy.setting("demo", "DEMO_ALLOWED_HOSTS").split(",")
    assert socket.gethostname() in hosts
    for host in hosts:
        assert f"http://{host}:{copy.demo_port}" in terminal.screen
    assert "Presenter (opens once): " in terminal.screen
    assert f"http://{hosts[0]}:{copy.demo_port}/sign-in?token=wl_one-link" in terminal.screen
    assert key not in terminal.screen
    assert presenter_key not in terminal.screen


@posix_only
def test_make_demo_alone_lets_nobody_in(demo: Terminal, copy: Copy) -> None:
    demo.press_control_c()
    demo.ended()
    for role in ("service", "demo"):
        for name in ("SERVICE_API_KEYS", "SERVICE_HOST", "DEMO_HOST", "DEMO_ALLOWED_HOSTS", "DEMO_API_KEY"):
            assert copy.setting(role, name) == "None"
    assert "Others on your network" not in demo.screen


def let_die(copy: Copy, role: str) -> None:
    """End a program by itself, with exit code 7."""
    port = {"service": copy.service_port, "demo": copy.demo_port}[role]
    with pytest.raises((RemoteDisconnected, urllib.error.URLError)):
        ask(f"http://127.0.0.1:{port}/die")


@posix_only
@pytest.mark.parametrize("role", ["service", "demo"])
def test_a_program_that_dies_is_reported_with_its_last_lines_and_started_again_beside_the_other(
    demo: Terminal, copy: Copy, role: str
) -> None:
    let_die(copy, role)
    demo.wait_for(f"The {role} is ready again")
    assert f"| {role} says its last words" in demo.screen
    assert f"The {role} stopped by itself (exit code 7); its output is in " in demo.screen
    ask(f"http://127.0.0.1:{copy.service_port}/health/ready")
    ask(f"http://127.0.0.1:{copy.demo_port}/_stcore/health")
    assert f"{role} says its last words" in copy.log(role), "a new start keeps the log of the one before"
    assert copy.log(role).count("pid ") == 2
    other = "demo" if role == "service" else "service"
    assert copy.log(other).count("pid ") == 1
    os.kill(demo.pid, signal.SIGINT)
    assert demo.ended() == 0
    assert f"{role} ends in order" in copy.log(role)


@posix_only
def test_a_program_that_dies_again_and_again_ends_the_demo(demo: Terminal, copy: Copy) -> None:
    for number in range(1, MAX_RESTARTS + 1):
        let_die(copy, "service")
        demo.wait_for(f"The service is ready again ({number} of {MAX_RESTARTS})")
    let_die(copy, "service")
    assert demo.ended() == 1
    assert "The service stopped by itself (exit code 7)" in demo.screen.rpartition("is ready again")[2]
    assert "demo ends in order" in copy.log("demo")


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


# The Makefile


def test_an_unknown_command_names_the_known_ones(copy: Copy) -> None:
    answer = copy.launch("everything")
    assert answer.returncode == 2
    assert all(f"make {name}" in answer.stderr for name in commands.COMMANDS)
