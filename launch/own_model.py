"""`make demo MODEL=churn.joblib DATA=churn.csv TARGET=churned`: publishes a model of the user and opens the demo on it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wire.model_folder.model_names import name_of_location

FOLDER = "my-models"
"""The folder for the bundles of the user, beside `bundles/`."""
OPTIONS = {"DATA": "--data", "TARGET": "--target", "CARD": "--card", "REQUIREMENTS": "--requirements"}
"""A variable of make → the option of `python -m service.models add`."""


@dataclass(frozen=True)
class OwnModel:
    """What the user wants to see."""

    name: str
    arguments: tuple[str, ...]
    """What follows `python -m service.models`."""
    bundles: Path
    """The folder to which its bundle goes."""


def read_own_model(environment: Mapping[str, str], root: Path) -> OwnModel | None:
    """Return the model that MODEL names, or None. OPTIONS has further options of `add`, such as `--dates day_first`."""
    model = environment.get("MODEL", "")
    if not model:
        return None
    name = name_of_location(model)
    options = {option: environment[name] for name, option in OPTIONS.items() if environment.get(name)}
    bundles = Path(environment["SERVICE_BUNDLES"]) if environment.get("SERVICE_BUNDLES") else root / FOLDER
    chosen = [*(part for pair in options.items() for part in pair), *shlex.split(environment.get("OPTIONS", ""))]
    arguments = ("--bundles", str(bundles), "add", model, *chosen, "--name", name, "--trust-this-file")
    return OwnModel(name, arguments, bundles)
