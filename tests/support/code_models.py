"""Models that are a few lines of Python, in bundles whose process runs them."""

import textwrap
import zipfile
from pathlib import Path

import msgspec

from service.bundles.bundle_files import write_card
from service.model_process.environment_file import ModelEnvironment, write_environment
from service.schemas import Card, Scoring
from tests.support.onnx_models import ROWS, toy_card

ADDING = """
class Model:
    def predict(self, frame):
        return (frame["a"] + frame["b"]).to_numpy()
"""
"""The value of a row is a + b."""

MISCHIEF = """
import ctypes, os, sys, time
import numpy as np

class Model:
    def predict(self, frame):
        code = float(frame["a"].max())
        if code == 200:
            while True:
                time.sleep(1)
        if code == 201:
            ctypes.string_at(0)
        if code == 202:
            os._exit(3)
        if code == 203:
            raise ValueError("a secret value")
        if code == 204:
            return np.zeros(8 * 2**30, dtype=np.uint8)
        if code == 205:
            return np.zeros((len(frame), 3))
        if code == 206:
            return np.full(len(frame), np.nan)
        if code == 207:
            sys.exit(4)
        if code == 208:
            os.write(1, b"NUMS" * 100 + b"\\n")
            print("a line of the model")
        if code == 209:
            return ["text"] * len(frame)
        if code == 210:
            os.closerange(3, 50)
        return (frame["a"] + frame["b"]).to_numpy()
"""
"""Adds, unless `a` of a row asks for something else."""
HANG, SEGFAULT, EXIT, RAISE, MUCH_MEMORY, WRONG_SHAPE, NAN, SYSTEM_EXIT, PRINT, TEXT, CLOSE = range(200, 211)


def row(a: float, b: float = 1.0) -> dict[str, float]:
    return {"a": float(a), "b": float(b)}


def write_code_bundle(
    folder: Path, name: str, source: str = ADDING, card: Card | None = None, *, trusted: bool = True
) -> Path:
    """Write the bundle of a module with a class `Model`; return its folder."""
    card = card or toy_card(name, rows=ROWS)
    bundle = folder / name
    bundle.mkdir(parents=True)
    with zipfile.ZipFile(bundle / "code.zip", "w") as archive:
        archive.writestr("written_model.py", textwrap.dedent(source))
    write_environment(bundle, ModelEnvironment(form="recipe", function="written_model:Model", trusted=trusted))
    scoring = Scoring(scorer="process", gate_rows=0, gate_difference=0)
    write_card(bundle, msgspec.structs.replace(card, scoring=scoring))
    return bundle
