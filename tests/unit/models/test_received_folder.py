"""An archive that a caller sends is unpacked within limits, and nothing of it lands elsewhere."""

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

from service.errors import RefusedModel
from service.models.received_folder import unpack_folder

MANIFEST = {"format": 1, "name": "churn", "target": "y", "python": "3.11", "requirements": ["scikit-learn==1.9.1"]}
FILES = {"witryna.json": json.dumps(MANIFEST), "model.pkl": pickle.dumps({}), "sample.csv": "a,y\n1,2\n"}
LIMIT = 10_000


def packed(files: dict[str, Any], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return archive


def manifest(**changes: Any) -> dict[str, Any]:
    return FILES | {"witryna.json": json.dumps(MANIFEST | changes)}


def refusal(archive: io.BytesIO, folder: Path) -> str:
    with pytest.raises(RefusedModel) as caught:
        unpack_folder(archive, folder, LIMIT)
    return str(caught.value)


@pytest.mark.parametrize("prefix", ["", "churn/", "./", "a/b/"])
def test_a_folder_is_taken_with_or_without_its_name_in_the_archive(prefix: str, tmp_path: Path) -> None:
    source = unpack_folder(packed({prefix + name: content for name, content in FILES.items()}), tmp_path, LIMIT)
    assert (source.name, source.target, source.form) == ("churn", "y", "pickle")
    assert source.sample is not None
    assert source.sample.read_text() == FILES["sample.csv"]
    assert Path(source.location).parent.name == "churn"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (FILES | {"../../outside": "x"}, "must hold one folder"),
        ({f"../{name}": content for name, content in FILES.items()} | {"../evil.py": ""}, "holds evil.py"),
        (FILES | {"/etc/passwd": "x"}, "must hold one folder"),
        (FILES | {"code.zip": "x"}, "holds code.zip"),
        (FILES | {"sub/model.pkl": "x"}, "must hold one folder"),
        ({name: FILES[name] for name in ("model.pkl", "sample.csv")}, "has no witryna.json"),
        ({name: FILES[name] for name in ("witryna.json", "sample.csv")}, "has no model.pkl"),
        ({name: FILES[name] for name in ("witryna.json", "model.pkl")}, "has no sample"),
        (FILES | {"witryna.json": "{"}, "is damaged"),
        (FILES | {"witryna.json": "[" * 5000}, "is damaged"),
        (FILES | {"witryna.json": "[]"}, "is damaged"),
        (manifest(format=2), "a newer Witryna"),
        (manifest(name="../../bundles/credit-default"), "small letters"),
        (manifest(name=""), "small letters"),
        (manifest(name=7), "is damaged"),
        (manifest(requirements="numpy"), "is damaged"),
        (FILES | {"sample.csv": b"0" * LIMIT}, "sample.csv is too large"),
        (FILES | {"model.pkl": b"text"}, "not a model file"),
        ({}, "has no witryna.json"),
    ],
    ids=str,
)
def test_what_is_no_such_folder_is_refused_and_writes_nothing_elsewhere(
    files: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    scratch = tmp_path / "deep" / "scratch"
    scratch.mkdir(parents=True)
    assert sentence in refusal(packed(files), scratch)
    assert [each.name for each in tmp_path.iterdir()] == ["deep"]
    assert [each.name for each in scratch.parent.iterdir()] == ["scratch"]


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed(FILES | {"sample.csv": b"0" * 50 * LIMIT}).getvalue())
    size = (50 * LIMIT).to_bytes(4, "little")
    assert content.count(size) == 2, "in the header of the member and in the directory"
    lying = io.BytesIO(bytes(content).replace(size, (5).to_bytes(4, "little")))
    assert refusal(lying, tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= LIMIT


def test_other_compressions_and_what_is_no_archive_are_refused(tmp_path: Path) -> None:
    archives = [packed(FILES, zipfile.ZIP_LZMA), io.BytesIO(b""), io.BytesIO(b"PK\3\4" + b"x" * 100)]
    archives.append(io.BytesIO(packed(FILES).getvalue()[:-30]))
    many = packed({f"file-{number}": "" for number in range(50_000)}, zipfile.ZIP_STORED)
    for number, archive in enumerate([*archives, many]):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert refusal(archive, folder) == "The archive is damaged, or is no zip archive."


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    archive = packed(FILES)
    with zipfile.ZipFile(archive, "a") as again, pytest.warns(UserWarning, match="Duplicate"):
        again.writestr("model.pkl", "another")
    assert "each file once" in refusal(archive, tmp_path)
