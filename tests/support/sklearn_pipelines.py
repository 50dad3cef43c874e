"""The bundled models as scikit-learn fits them. Each is fitted once, because that takes seconds."""

from functools import cache
from typing import Any

from service.publishing.data_split import Split
from service.training.recipes import RECIPES


@cache
def split_of(name: str) -> Split:
    return RECIPES[name].split()


@cache
def pipeline_of(name: str) -> Any:
    """Return the model as training fits it. A test that changes it must restore it."""
    return RECIPES[name].fit(split_of(name).train)
