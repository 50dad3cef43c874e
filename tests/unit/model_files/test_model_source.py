"""What somebody hands over is recognised by its content, and nothing of it is run."""

import bz2
import gzip
import importlib.metadata
import io
import json
import lzma
import pickle
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import pytest
import sklearn
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from client import hand_over
from service.errors import RefusedModel
from service.model_files import packages
from service.model_files.model_source import read_source

MODEL = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
SKLEARN = f"scikit-learn=={sklearn.__version__}"


def written(tmp_path: Path, content: bytes, name: str = "model.bin") -> str:
    (tmp_path / name).write_bytes(content)
    return str(tmp_path / name)


def joblib_bytes(compress: Any) -> bytes:
    file = io.BytesIO()
    joblib.dump(MODEL, file, compress=compress)
    return file.getvalue()


@pytest.mark.parametrize("compress", [0, 1, 3, 9, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_a_joblib_file_is_recognised_in_every_compression(tmp_path: Path, compress: Any) -> None:
    source = read_source(written(tmp_path, joblib_bytes(compress)))
    assert source.form == "pickle"
    assert SKLEARN in source.requirements


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_of_every_protocol_is_recognised(tmp_path: Path, protocol: int) -> None:
    source = read_source(written(tmp_path, pickle.dumps(MODEL, protocol)))
    assert source.form == "pickle"
    assert any(each.startswith("scikit-learn") for each in source.requirements)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_a_packed_pickle_says_what_it_needs(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    assert SKLEARN in read_source(written(tmp_path, pack(pickle.dumps(MODEL)))).requirements


def test_a_skops_file_says_what_it_needs(tmp_path: Path) -> None:
    skops.io.dump(MODEL, tmp_path / "model.skops")
    source = read_source(str(tmp_path / "model.skops"))
    assert source.form == "skops"
    assert SKLEARN in source.requirements


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"tree\nversion=v4\nnum_class=1\n", "lightgbm"),
        (b'{"learner":{"attributes":{},"feature_names":[]}}', "xgboost"),
        (b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner", "xgboost"),
        (b"CBM1\x10\x00\x00\x00", "catboost"),
        (b'{"features_info":{"float_features":[]},"oblivious_trees":[]}', "catboost"),
    ],
)
def test_files_of_boosting_libraries_are_recognised(tmp_path: Path, content: bytes, form: str) -> None:
    source = read_source(written(tmp_path, content, "model.txt"))
    assert source.form == form
    (name,) = source.requirements  # XGBoost without graphics cards is the distribution xgboost-cpu
    assert name in importlib.metadata.packages_distributions()[form]


def test_a_function_of_a_module_is_recognised() -> None:
    source = read_source("churn.train:fitted_pipeline")
    assert (source.form, source.requirements) == ("recipe", ())


@pytest.fixture(scope="module")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hand_over(MODEL, [[0.0], [1.0]], [0, 1], "churn", folder=tmp_path_factory.mktemp("handed"))


@pytest.fixture
def folder(handed_over: Path, tmp_path: Path) -> Path:
    """Return a copy of what was handed over, for the test to change."""
    return Path(shutil.copytree(handed_over, tmp_path / handed_over.name))


def test_a_folder_of_hand_over_says_name_target_and_versions(folder: Path) -> None:
    source = read_source(str(folder))
    assert (source.name, source.target, source.form) == ("churn", "target", "pickle")
    assert source.sample == folder / "sample.csv"
    assert SKLEARN in source.requirements


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"format": "1"},
        {"requirements": "scikit-learn"},
        {"requirements": [1]},
        {"target": 3},
        {"name": None},
    ],
)
def test_a_damaged_manifest_is_refused(folder: Path, change: dict[str, Any]) -> None:
    manifest = json.loads((folder / "witryna.json").read_text(encoding="utf-8"))
    (folder / "witryna.json").write_text(json.dumps(manifest | change), encoding="utf-8")
    with pytest.raises(RefusedModel, match=r"damaged|newer"):
        read_source(str(folder))


def test_a_folder_without_its_sample_is_refused(folder: Path) -> None:
    (folder / "sample.csv").unlink()
    with pytest.raises(RefusedModel, match="no sample"):
        read_source(str(folder))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a model file"),
        (b"a,b\n1,2\n", "not a model file"),
        (b"%PDF-1.7", "not a model file"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"x\x9cbroken", "damaged"),
        (zlib.compress(pickle.dumps(MODEL))[:-20], "damaged"),
        (gzip.compress(pickle.dumps(MODEL))[:-20], "damaged"),
        (b"BZhbroken", "damaged"),
        (b"\xfd7zXZ\x00broken", "damaged"),
    ],
)
def test_a_file_that_is_no_model_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(RefusedModel, match=sentence):
        read_source(written(tmp_path, content))


def test_an_archive_that_skops_did_not_write_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr("model.pkl", pickle.dumps(MODEL))
    with pytest.raises(RefusedModel, match="not one of skops"):
        read_source(str(tmp_path / "model.zip"))


@pytest.mark.parametrize("place", ["nothing.joblib", "../nothing", "not a module:f", "module:"])
def test_what_is_not_there_is_refused(place: str) -> None:
    with pytest.raises(RefusedModel, match="no file"):
        read_source(place)


def test_a_bomb_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_UNPACKED_BYTES", 10**6)
    for pack in (zlib.compress, gzip.compress, bz2.compress, lzma.compress):
        with pytest.raises(RefusedModel, match="unpacks to more"):
            read_source(written(tmp_path, pack(b"\x80\x04" + bytes(2 * 10**6))))


def test_a_class_of_a_notebook_is_refused_with_the_way_out(tmp_path: Path) -> None:
    content = pickle.dumps(StandardScaler()).replace(b"\x8c\x1bsklearn.preprocessing._data", b"\x8c\x08__main__")
    with pytest.raises(RefusedModel, match=r"notebook or script.*cloudpickle"):
        read_source(written(tmp_path, content))
