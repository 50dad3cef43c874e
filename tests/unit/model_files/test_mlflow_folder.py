"""A folder of MLflow gives its model as a file that came alone, and nothing in it is run or leads elsewhere."""

import pickle
from pathlib import Path

import cloudpickle
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from service.errors import RefusedModel
from service.model_files.model_source import read_source

MODEL = make_pipeline(StandardScaler()).fit([[0.0], [1.0]])
# As MLflow 3.17 writes it.
SKLEARN = """\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: {file}
    predict_fn: predict
    python_version: 3.11.7
  sklearn:
    code: null
    pickled_model: {file}
    serialization_format: cloudpickle
    sklearn_version: 1.9.1
mlflow_version: 3.17.2
signature:
  inputs: '[{{"type": "double", "name": "alcohol", "required": true}}]'
utc_time_created: '2026-11-30 08:09:41.503066'
"""
PYFUNC = """\
flavors:
  python_function:
    cloudpickle_version: 3.1.3
    loader_module: mlflow.pyfunc.model
    python_model: python_model.pkl
    python_version: 3.10.4
"""
REQUIREMENTS = "mlflow==3.17.2\ncloudpickle==3.1.3\nscikit-learn==1.9.1  # why\n--no-binary x\n"


def folder_of(tmp_path: Path, description: str, content: bytes = b"", file: str = "model.pkl") -> Path:
    folder = tmp_path / "Churn model"
    folder.mkdir()
    (folder / "MLmodel").write_text(description, encoding="utf-8")
    (folder / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
    if content:
        (folder / file).write_bytes(content)
    return folder


def test_the_pickle_of_a_model_of_scikit_learn_is_the_model(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, SKLEARN.format(file="model.pkl"), pickle.dumps(MODEL))
    source = read_source(str(folder))
    assert (source.location, source.form, source.name) == (str(folder / "model.pkl"), "pickle", "churn-model")
    assert source.python == "3.11"
    assert source.requirements == ("scikit-learn==1.9.1",)


def test_the_version_of_cloudpickle_counts_if_the_pickle_names_it(tmp_path: Path) -> None:
    own = make_pipeline(FunctionTransformer(lambda values: values), LogisticRegression())
    folder = folder_of(tmp_path, SKLEARN.format(file="model.pkl"), cloudpickle.dumps(own))
    assert read_source(str(folder)).requirements == ("cloudpickle==3.1.3", "scikit-learn==1.9.1")


def test_a_skops_file_in_it_needs_no_trust(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, SKLEARN.format(file="model.skops"))
    skops.io.dump(MODEL, folder / "model.skops")
    assert read_source(str(folder)).form == "skops"


@pytest.mark.parametrize(
    ("flavor", "file", "content", "form"),
    [
        ("lightgbm", "model.lgb", b"tree\nversion=v4\nobjective=binary sigmoid:1\n", "lightgbm"),
        ("xgboost", "model.ubj", b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner binary:logistic", "xgboost"),
        ("catboost", "model.cb", b'CBM1 "loss_function" {"type":"Logloss"}', "catboost"),
    ],
)
def test_the_file_of_a_boosting_library_is_the_model(
    flavor: str, file: str, content: bytes, form: str, tmp_path: Path
) -> None:
    source = read_source(str(folder_of(tmp_path, f"flavors:\n  {flavor}:\n    data: {file}\n", content, file)))
    assert (source.form, source.is_classifier, source.python) == (form, True, "")


def test_of_two_distributions_of_xgboost_one_is_needed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "flavors:\n  xgboost:\n    data: m\n", b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner", "m")
    (folder / "requirements.txt").write_text("xgboost==3.2.0\nxgboost-cpu==3.2.0\n", encoding="utf-8")
    assert read_source(str(folder)).requirements == ("xgboost-cpu==3.2.0",)


def test_a_python_function_needs_mlflow_and_its_whole_folder(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, PYFUNC)
    source = read_source(str(folder))
    assert (source.location, source.form, source.python) == (str(folder), "mlflow", "3.10")
    assert source.requirements == ("mlflow==3.17.2", "cloudpickle==3.1.3", "scikit-learn==1.9.1")


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(letter + 1)}: &{chr(letter + 1)} [*{chr(letter)}, *{chr(letter)}]\n" for letter in range(ord("a"), ord("z"))
)


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("flavors: {}\n", "names no flavor that can be read"),
        ("", "names no flavor that can be read"),
        ("- a list\n", "names no flavor that can be read"),
        ("flavors: {sklearn: 7}\n", "does not hold the file"),
        ("flavors: {keras: {data: model}}\n", "names no flavor that can be read"),
        (SKLEARN.format(file="../outside.pkl"), "does not hold the file"),
        (SKLEARN.format(file="/etc/passwd"), "does not hold the file"),
        (SKLEARN.format(file="link.pkl"), "does not hold the file"),
        (SKLEARN.format(file="missing.pkl"), "does not hold the file"),
        (SKLEARN.format(file="[1, 2]"), "does not hold the file"),
        ("flavors: {sklearn: {pickled_model: model.pkl, code: code}}\n", "needs modules of its own"),
        ("flavors: {sklearn: {", "is damaged"),
        ("flavors: " + "[" * 50_000, "is damaged"),
        ("!!python/object/apply:os.system ['touch executed']", "is damaged"),
        (LAUGHS, "names no flavor that can be read"),
        ("\x00\x01", "is damaged"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_such_folder_is_refused_with_a_sentence(
    description: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outside.pkl").write_bytes(pickle.dumps(MODEL))
    folder = folder_of(tmp_path, description, pickle.dumps(MODEL))
    (folder / "link.pkl").symlink_to(tmp_path / "outside.pkl")
    with pytest.raises(RefusedModel, match=sentence):
        read_source(str(folder))
    assert not (tmp_path / "executed").exists()


def test_without_a_list_of_packages_it_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, SKLEARN.format(file="model.pkl"), pickle.dumps(MODEL))
    (folder / "requirements.txt").unlink()
    with pytest.raises(RefusedModel, match=r"has no requirements\.txt"):
        read_source(str(folder))


def test_a_description_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "")
    (folder / "MLmodel").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(RefusedModel, match="is damaged"):
        read_source(str(folder))
