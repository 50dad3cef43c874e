"""Which runtimes of other languages CI installs."""

from itertools import chain

from launch.runtimes import PACKAGES, missing_packages
from tests.support.repository import ROOT


def test_only_what_is_missing_is_installed() -> None:
    assert missing_packages(lambda program: None if program == "mcs" else f"/usr/bin/{program}") == ["mono-mcs"]
    assert missing_packages(lambda program: f"/usr/bin/{program}") == []
    assert missing_packages(lambda _: None) == list(chain(*PACKAGES.values()))


def test_the_page_for_contributors_names_every_package() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [package for package in chain(*PACKAGES.values()) if package not in page] == []
