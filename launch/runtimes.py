"""Runtimes of other languages, which the tests of models as code run: CI installs them, other machines skip these tests."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from launch.console import step
from launch.processes import Program, Supervisor

PACKAGES = {
    "mcs": ("mono-mcs",),
    "mono": ("mono-runtime", "libmono-system-net-http4.0-cil"),
    "javac": ("default-jdk-headless",),
    "node": ("nodejs",),
    "soffice": ("libreoffice-calc",),
    "Rscript": ("r-cran-httr2", "r-cran-jsonlite"),
}
"""Program → its packages of Debian and Ubuntu, with the libraries that the tests use."""


def install_missing(supervisor: Supervisor, root: Path) -> None:
    """Install missing runtimes on CI (the variable CI is set), as root on Debian or Ubuntu. A failure only skips tests."""
    packages = missing_packages()
    apt = shutil.which("apt-get")
    if not os.environ.get("CI") or not packages or apt is None or sys.platform != "linux" or os.geteuid() != 0:
        return
    log = root / ".venv" / "logs" / "runtimes.log"
    with step("Installing runtimes of other languages for the tests") as tick:
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            quiet = {"DEBIAN_FRONTEND": "noninteractive"}
            supervisor.run(Program("the installation", [apt, *arguments], quiet, log=log), tick)


def missing_packages(find: Callable[[str], str | None] = shutil.which) -> list[str]:
    """Return the packages of the runtimes that are not installed."""
    return [package for program, packages in PACKAGES.items() if find(program) is None for package in packages]
