"""Which bundled models take numbers and texts alone, and which a picture or a vector too."""

from service.training.recipe import read_texts
from service.training.recipes import RECIPES

_ARRAYS = {"image", "vector"}
WITHOUT_ARRAYS = [
    name for name in sorted(RECIPES) if _ARRAYS.isdisjoint(field["type"] for field in read_texts(name)["inputs"])
]
"""Where a promise about arrays has a cheap test with a small model, the bundled ones without arrays are enough."""
