"""Runs in a process of its own: the package of a model in a folder answers the rows on standard input.

The folder is that of an unpacked wheel or saved object. Apart from the package, the standard library alone is imported.
"""

import importlib
import json
import pathlib
import platform
import sys
import time
from typing import Any


def main(folder: pathlib.Path, package: str) -> None:
    """Print the version of Python, a prediction for each row (null: refused), and the seconds for all of them."""
    sys.path.insert(0, str(folder))
    if (folder / "verify.py").is_file():
        damaged = list(importlib.import_module("verify").damaged_files())
        if damaged:
            sys.exit("These files are not those that were saved: " + ", ".join(damaged))
    model = importlib.import_module(package)
    model.card()  # opens the model
    rows = json.load(sys.stdin)
    start = time.perf_counter()
    answers = [answer(model, row) for row in rows]
    seconds = time.perf_counter() - start
    to_builtins = importlib.import_module("msgspec").to_builtins
    sys.stdout.write(json.dumps([platform.python_version(), to_builtins(answers), seconds]))


def answer(model: Any, row: Any) -> Any:
    try:
        return model.predict([row])[0]
    except model.Refused:
        return None


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
