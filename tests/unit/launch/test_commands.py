"""Promises of the commands of make."""

import re

from launch import commands
from tests.support.repository import ROOT


def test_make_knows_every_command_and_ci_runs_exactly_make_test() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == {*commands.COMMANDS, "lock"}
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec make test"
