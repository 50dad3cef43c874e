"""Opens the file of a fitted model. Whatever runs the code of the file is opened only if somebody has said to trust it."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
import zipfile
from typing import Any

SKOPS_TYPES = [
    "numpy.dtype",
    "numpy.reshape",  # steps that make a matrix of a column of vectors or pictures
    "numpy.stack",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
]
"""The types beside those of skops itself that a skops file may hold: opening them runs no code of the file."""
MAX_UNPACKED_BYTES = 2 * 2**30
SAFE_FORMS = {"skops", "lightgbm", "xgboost", "catboost"}
"""Forms whose files hold data alone."""
CODE = "code.zip"
"""A file beside the model: the modules that its classes are from. Python imports them from the archive."""


class CannotOpen(Exception):
    """`code` says why; `names` are packages or types."""

    def __init__(self, code: str, names: list[str] | None = None) -> None:
        super().__init__(code)
        self.code, self.names = code, names or []


def check_contents(hashes: dict[str, str]) -> None:
    """Raise CannotOpen if a file is not the one that the service opened first: a process may start again much later.

    `hashes`: path → SHA-256.
    """
    for file, sha256 in hashes.items():
        with open(file, "rb") as stream:
            if hashlib.sha256(stream.read()).hexdigest() != sha256:
                raise CannotOpen("changed")


def open_model(file: str, form: str, *, function: str, trusted: bool, is_classifier: bool, scratch: str) -> Any:
    """Return the fitted model of a file. Raises CannotOpen, and whatever the code of a trusted file raises.

    `form` is one of `service.model_files`. For a `recipe`, `function` names a function without arguments that returns the
    model, such as `my_module:load`.
    """
    if form not in SAFE_FORMS and not trusted:
        raise CannotOpen("not_trusted")
    code = os.path.join(os.path.dirname(file), CODE)
    if trusted and os.path.isfile(code):
        sys.path.append(code)
    if form == "recipe":
        module, _, name = function.partition(":")
        return getattr(importlib.import_module(module), name)()
    if form == "skops":
        return _open_skops(file, trusted=trusted)
    if form == "pickle":
        return _open_pickle(file)
    if form == "mlflow":
        return _open_mlflow(file, os.path.join(scratch, "model"))
    if form == "lightgbm":
        return _open_lightgbm(file, is_classifier)
    return _open_xgboost(file, is_classifier) if form == "xgboost" else _open_catboost(file, is_classifier)


def _open_skops(file: str, *, trusted: bool) -> Any:
    import skops.io

    check_size(file)
    unknown = [name for name in skops.io.get_untrusted_types(file=file) if name not in SKOPS_TYPES]
    if unknown and not trusted:
        raise CannotOpen("unknown_types", unknown)
    return skops.io.load(file, trusted=[*SKOPS_TYPES, *unknown])


def check_size(file: str) -> None:
    """Raise CannotOpen if a zip file would be too large when unpacked."""
    with zipfile.ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
            raise CannotOpen("too_large")


def _open_pickle(file: str) -> Any:
    """joblib reads its own files, compressed ones too, and those of pickle and cloudpickle."""
    try:
        import joblib
    except ImportError:
        import pickle

        with open(file, "rb") as stream:
            return pickle.load(stream)  # noqa: S301 - the file is trusted
    return joblib.load(file)


def _open_mlflow(file: str, folder: str) -> Any:
    import mlflow

    check_size(file)
    with zipfile.ZipFile(file) as parts:
        parts.extractall(folder)  # it drops `..` and absolute paths
    flavors = mlflow.models.Model.load(folder).flavors
    native = next((name for name in ("sklearn", "lightgbm", "xgboost", "catboost") if name in flavors), "pyfunc")
    return importlib.import_module("mlflow." + native).load_model(folder)


def _open_lightgbm(file: str, is_classifier: bool) -> Any:  # noqa: FBT001
    import lightgbm

    from model_worker.boosters import BoosterClassifier, BoosterRegressor

    booster = lightgbm.Booster(model_file=file)
    return BoosterClassifier(booster) if is_classifier else BoosterRegressor(booster)


def _open_xgboost(file: str, is_classifier: bool) -> Any:  # noqa: FBT001
    import xgboost

    model = xgboost.XGBClassifier() if is_classifier else xgboost.XGBRegressor()
    model.load_model(file)
    return model


def _open_catboost(file: str, is_classifier: bool) -> Any:  # noqa: FBT001
    import catboost

    model = catboost.CatBoostClassifier() if is_classifier else catboost.CatBoostRegressor()
    return model.load_model(file)
