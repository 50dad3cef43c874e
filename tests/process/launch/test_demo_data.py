"""Promises of the jobs that fill Clients and Feed when `make demo` runs for the first time in a day."""

import os
import sys
from pathlib import Path

import pytest

from launch import demo_data
from launch.ports import Address
from launch.processes import Supervisor
from tests.support.launcher_copy import Copy, Terminal, posix_only


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
        ["service.jobs", "pictures"],
        ["service.training", "--comments"],
        ["pipeline", "enrich"],
    ]
    assert copy.nightly_calls()[-1][-1] == f"http://127.0.0.1:{copy.service_port}"
    opened_and_closed(copy, "Ctrl-C")
    assert len(copy.nightly_calls()) == 5, "the same jobs again"
    os.utime(copy.root / "var" / "nightly" / "done", (1, 1))
    opened_and_closed(copy, "Clients and Feed are filled")
    assert len(copy.nightly_calls()) == 10
    (copy.root / "bundles" / "trained-anew").mkdir()
    opened_and_closed(copy, "Clients and Feed are filled")
    assert len(copy.nightly_calls()) == 15


@posix_only
def test_a_nightly_job_that_fails_is_reported_and_the_page_stays_open(copy: Copy) -> None:
    copy.complete_environments()
    opened_and_closed(copy, "Clients and Feed may lack something", NIGHTLY_FAILS=str(copy.root / "var" / "comments.jsonl"))
    assert len(copy.nightly_calls()) == 4
    opened_and_closed(copy, "Clients and Feed are filled")
    assert len(copy.nightly_calls()) == 9


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
    assert len(copy.nightly_calls()) == (0 if own else 5)
