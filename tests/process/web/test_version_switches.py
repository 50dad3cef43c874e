"""Promises of switching versions under load: no request fails, and each answer is made by one version, which it names."""

import http.client
import itertools
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.bundles.versions.version_changes import default_history, make_default
from tests.support.server_process import Program, service_program
from tests.support.version_folders import NAME, ROW, put_version

SWITCHES, PROMOTIONS = 200, 4
PUBLISHED = 1 + SWITCHES // PROMOTIONS
COPIES = 2
CALLERS_A_COPY = 2
MAX_ATTEMPTS = 5000
"""So many answers of the version before come at most until a switch is seen; more would mean that there is none."""
PAUSE_SECONDS = 0.005
"""Between two requests on a connection: each switch still meets dozens."""
BODY = json.dumps({"rows": [ROW]})
HEADERS = {"Content-Type": "application/json"}


@dataclass
class Caller:
    """Asks one copy of the service again and again, on one connection."""

    url: str
    expected: dict[str, float]
    """Version → its answer to ROW."""
    answers: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)

    def ask(self) -> str:
        """Return the version that answered."""
        self._connection.request("POST", f"/v1/models/{NAME}/predictions", BODY, HEADERS)
        response = self._connection.getresponse()
        content = response.read()
        assert response.status == 200, content
        answer = json.loads(content)
        version: str = answer["version"]
        assert response.headers["X-Model-Version"] == version
        assert answer["predictions"][0]["value"] == pytest.approx(self.expected[version])
        self.answers += 1
        return version

    def close(self) -> None:
        self._connection.close()

    def sees(self, version: str) -> bool:
        """Ask until a version answers. Return whether one of `MAX_ATTEMPTS` answers is of it."""
        for _ in range(MAX_ATTEMPTS):
            if self.ask() == version:
                return True
            time.sleep(PAUSE_SECONDS)
        return False

    def ask_until(self, stopping: threading.Event) -> None:
        while not stopping.wait(PAUSE_SECONDS):
            try:
                self.ask()
            except (OSError, http.client.HTTPException, AssertionError, KeyError) as error:
                self.faults.append(repr(error))
                return


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, float]:
    """The versions that the test publishes, with their answers to ROW."""
    return {put_version(tmp_path / "elsewhere", factor): 5.0 * factor for factor in range(1, PUBLISHED + 1)}


@pytest.fixture
def copies(tmp_path: Path, expected: dict[str, float]) -> Iterator[list[Program]]:
    """Copies of the service over one folder of bundles, which has one version at first."""
    bundles = tmp_path / "bundles"
    assert put_version(bundles, 1) in expected
    programs = [service_program(bundles, SERVICE_BUNDLES_POLL_SECONDS="0.05") for _ in range(COPIES)]
    try:
        for program in programs:
            program.start()
        yield programs
    finally:
        for program in programs:
            program.stop()


def test_200_switches_under_load_fail_no_request_on_any_copy_of_the_service(
    tmp_path: Path, copies: list[Program], expected: dict[str, float]
) -> None:
    bundles, factors = tmp_path / "bundles", itertools.count(2)

    def switch(number: int) -> str:
        """Publish a new version, or promote the version before, in turns; return the new default version."""
        if number % PROMOTIONS:
            version = default_history(bundles, NAME)[1]
            make_default(bundles, NAME, version)
            return version
        return put_version(bundles, next(factors))

    watchers = [Caller(program.url, expected) for program in copies]
    callers = [Caller(program.url, expected) for program in copies for _ in range(CALLERS_A_COPY)]
    stopping = threading.Event()
    threads = [threading.Thread(target=caller.ask_until, args=[stopping]) for caller in callers]
    for thread in threads:
        thread.start()
    try:
        for number in range(SWITCHES):
            version = switch(number)
            for watcher in watchers:
                assert watcher.sees(version), f"switch {number} is not seen"
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
        for caller in (*watchers, *callers):
            caller.close()
    assert [caller.faults for caller in callers] == [[]] * len(callers)
    assert all(caller.answers > SWITCHES for caller in callers), "there was no load"
    for program in copies:
        with urllib.request.urlopen(f"{program.url}/metrics") as answer:
            assert f'witryna_model_switches_total{{model="{NAME}"}} {SWITCHES}.0' in answer.read().decode()
