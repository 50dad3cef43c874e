"""The form of a model file, by its content: the name of a file says little."""

import json
import re
import zipfile
from pathlib import Path

from service.errors import RefusedModel
from service.model_process.environment_file import Form

OPENED_BY_RUNNING: frozenset[Form] = frozenset({"pickle", "mlflow", "recipe"})
"""To open such a file is to run the code that is in it."""

RECIPE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_HEAD_BYTES = 4096
_PROTOCOL_2 = b"\x80"
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x5d\x00\x00", b"x\x01", b"x\x5e", b"x\x9c", b"x\xda")
"""gzip, bzip2, xz, lzma and four levels of zlib: joblib writes them all."""
_OLD_PICKLE = re.compile(rb"(c[\w.]+\n\w+\n|\(|\])")
"""Protocols 0 and 1 begin without a mark: with a class, a tuple or a list."""
_CLASSIFIER: dict[Form, re.Pattern[bytes]] = {
    "lightgbm": re.compile(rb"^objective=(binary|multiclass|cross_entropy)", re.MULTILINE),
    "xgboost": re.compile(rb"(binary|multi):(logistic|logitraw|hinge|softprob|softmax)"),
    "catboost": re.compile(rb"loss_function.{1,32}?(Logloss|CrossEntropy|MultiClass)", re.DOTALL),
}
"""Form → the objective of a classifier, as the file names it."""
_FORMS = "skops, joblib, pickle, cloudpickle, an MLflow folder, LightGBM, XGBoost, CatBoost or module:function"


def file_form(path: Path) -> Form:
    """Return the form of a model file or folder. Raises RefusedModel with a sentence."""
    if path.is_dir():
        if (path / "MLmodel").is_file():
            return "mlflow"
        raise RefusedModel(
            f"{path.name} is a folder without MLmodel or witryna.json, so it holds no model that can be read."
        )
    if not path.is_file():
        raise RefusedModel(f"There is no file {path.name}.")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if zipfile.is_zipfile(path):
        return _zip_form(path)
    form = _form_of_head(head)
    if form is None:
        raise RefusedModel(f"{path.name} is not a model file that can be read: {_FORMS}.")
    return form


def _form_of_head(head: bytes) -> Form | None:
    if head.startswith(b"CBM1"):
        return "catboost"
    if head.startswith((b"tree\n", b"tree\r\n")):
        return "lightgbm"
    if head.startswith(b"{L") or (head.lstrip().startswith(b"{") and b'"learner"' in head):
        return "xgboost"
    if head.lstrip().startswith(b"{") and re.search(rb'"(oblivious_trees|features_info|ctr_data)"', head):
        return "catboost"
    if head.startswith((_PROTOCOL_2, *_COMPRESSED)) or _OLD_PICKLE.match(head):
        return "pickle"
    return None


def is_classifier_file(path: Path, form: Form) -> bool:
    """Tell from its objective whether the file of a boosting library is one of a classifier."""
    pattern = _CLASSIFIER.get(form)
    return bool(pattern and pattern.search(path.read_bytes()))


def _zip_form(path: Path) -> Form:
    """Return the form of a zip archive. Only skops writes one, with a schema."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("schema.json") as schema:
            if "__loader__" in json.load(schema):
                return "skops"
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, RecursionError, NotImplementedError):
        pass
    raise RefusedModel(f"{path.name} is an archive, but not one of skops: unpack it first.")
