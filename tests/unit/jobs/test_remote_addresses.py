"""Promises of inputs at an address: what is missing is named, another address is refused, and no password is stored."""

import sys

import pytest

from service.jobs.sources.inputs import open_source
from service.jobs.sources.partitions import WrongInput
from service.jobs.sources.remote_paths import public_name
from service.jobs.sources.source import RequiredColumns

REQUIRED = RequiredColumns(["a"], frozenset())


@pytest.mark.parametrize("missing", ["upath", "s3fs"])
def test_an_address_whose_packages_are_missing_names_their_group(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(WrongInput, match=r"Inputs at s3://… need more packages: install the group s3 of pyproject\.toml\."):
        open_source("s3://bucket/clients.parquet", REQUIRED)


@pytest.mark.parametrize("address", ["http://host/file.csv", "ftp://host/file.csv", "mysql://host/name#table", "://x"])
def test_an_address_of_another_kind_is_told_which_kinds_there_are(address: str) -> None:
    with pytest.raises(WrongInput, match=r"sqlite:///file\.db#table, or an address of s3://.*is none of them"):
        open_source(address, REQUIRED)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("s3://bucket/a/b.parquet", "s3://bucket/a/b.parquet"),
        ("sftp://anna:secret@host:2222/a.csv", "sftp://anna@host:2222/a.csv"),
        ("sftp://anna@host/a.csv", "sftp://anna@host/a.csv"),
    ],
)
def test_the_name_of_an_input_has_no_password(address: str, name: str) -> None:
    assert public_name(address) == name
