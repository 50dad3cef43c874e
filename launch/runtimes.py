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
FORMATTERS = ("prettier@3.10.1", "google-java-format@2.0.0")
"""Formatters of other languages, from npm. Newer versions of the second one need Java 21."""


def install_missing(supervisor: Supervisor, root: Path) -> None:
    """Install missing runtimes and formatters on CI (the variable CI is set). A failure only skips tests.

    Runtimes are installed as root on Debian or Ubuntu, formatters into `.venv/node`.
    """
    packages = missing_packages()
    apt, npm = shutil.which("apt-get"), shutil.which("npm")
    log, target = root / ".venv" / "logs" / "runtimes.log", root / ".venv" / "node"
    commands: list[list[str]] = []
    if packages and apt and sys.platform == "linux" and os.geteuid() == 0:
        commands += [[apt, "update"], [apt, "install", "--yes", "--no-install-recommends", *packages]]
    if npm and not target.exists():
        commands += [[npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(target), *FORMATTERS]]
    if not os.environ.get("CI") or not commands:
        return
    with step("Installing runtimes of other languages for the tests") as tick:
        for command in commands:
            supervisor.run(Program("the installation", command, {"DEBIAN_FRONTEND": "noninteractive"}, log=log), tick)


def missing_packages(find: Callable[[str], str | None] = shutil.which) -> list[str]:
    """Return the packages of the runtimes that are not installed."""
    return [package for program, packages in PACKAGES.items() if find(program) is None for package in packages]
