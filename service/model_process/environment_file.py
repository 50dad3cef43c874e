"""`environment.json` of a bundle: the form of its model file, and the packages that the model was fitted with."""

from pathlib import Path
from typing import Literal

import msgspec

from service.errors import BrokenBundle

Form = Literal["skops", "pickle", "mlflow", "lightgbm", "xgboost", "catboost", "recipe"]
"""`pickle` includes the files of joblib and cloudpickle, compressed or not. `recipe` is a function of Python."""
FILE = "environment.json"
MODEL_FILES = {
    "skops": "model.skops",
    "pickle": "model.pickle",
    "mlflow": "model.mlflow.zip",
    "lightgbm": "model.lightgbm.txt",
    "xgboost": "model.xgboost.json",
    "catboost": "model.catboost.cbm",
    "recipe": "code.zip",
}
"""Form → the name of the file in a bundle; `mlflow` is a packed folder, `recipe` a module with a function."""
_MAX_BYTES = 2**20


class ModelEnvironment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a fitted model is opened, and where."""

    form: Form = "skops"
    function: str = ""
    """`module:function` in `code.zip`, if the form is `recipe`."""
    trusted: bool = False
    """Somebody has said that the code of the file may run. It does so in the process of the model alone."""
    python: str = ""
    """Such as `3.10`. Empty: the Python of the service."""
    requirements: tuple[str, ...] = ()
    """Such as `scikit-learn==1.2.2`. Empty: the packages of the service."""

    @property
    def model_file(self) -> str:
        return MODEL_FILES[self.form]


def read_environment(folder: Path) -> ModelEnvironment:
    """Return the environment of a bundle; one without the file holds `model.skops`. Raises BrokenBundle."""
    file = folder / FILE
    if not file.is_file():
        return ModelEnvironment()
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise BrokenBundle(f"{FILE} is too large")
        return msgspec.json.decode(file.read_bytes(), type=ModelEnvironment)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenBundle(f"{FILE} does not fit: {str(error)[:200]}") from error


def write_environment(folder: Path, environment: ModelEnvironment) -> None:
    """Write the environment of a bundle."""
    (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(environment), indent=1) + b"\n")
