"""Write a fitted model into a folder, from which `python -m service.models add` or a running service publishes it.

    from client import hand_over

    hand_over(pipeline, X_test, y_test, "churn")
    hand_over(pipeline, X_test, y_test, "churn", url="https://models.example.com", api_key="…")

It needs no package beside those that the model itself needs. With `cloudpickle` installed, classes and functions of a
notebook go with the model.
"""

import csv
import importlib.metadata
import importlib.util
import itertools
import json
import pickle
import platform
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from client.pictures.array_cells import holds_arrays, with_array_texts, with_storable_arrays
from client.publishing import write_line
from client.service_client import Client
from wire.model_folder import layout
from wire.model_folder.model_names import MODEL_NAME
from wire.model_folder.pickle_contents import read_pickle_contents

MAX_ROWS = 200_000
"""Of a larger sample this many rows are drawn at random, the same ones each time."""


def hand_over(
    model: Any,
    X: Any,  # noqa: N803
    y: Any = None,
    name: str = "model",
    *,
    folder: str | Path = ".",
    held_out: bool = False,
    url: str | None = None,
    api_key: str | None = None,
) -> Path:
    """Write `folder/name` with the model, a sample of its data and the versions of its packages; return that folder.

    With the `url` of a service, send it there too, and print the steps and the summary: see `Client.publish`.

    `X` holds rows as the model takes them: a data frame, an array (rows, columns) or a list of texts. A cell of a data
    frame may hold a picture, uint8 (height, width) or (height, width, 3), or a vector (length,). `y` holds their true
    answers (rows,); without them there is no evaluation. Rows that the model was not fitted on make an honest evaluation:
    say so with `held_out`. An earlier folder of that name is replaced; a card.toml in it stays. Raises ValueError,
    TypeError, ServiceError.
    """
    service = None if url is None else Client(url, api_key)
    if not isinstance(name, str) or not MODEL_NAME.fullmatch(name):
        raise ValueError("The name may hold small letters, digits and hyphens only, such as 'churn'.")
    if not hasattr(model, "predict"):
        raise TypeError(f"The model needs a method predict, and {type(model).__name__} has none.")
    if y is not None and len(y) != len(X):
        raise ValueError(f"X has {len(X):,} rows and y has {len(y):,}: give one answer for each row.")
    content, packages = _pickle(model)
    columns, target = _columns(X, y)
    target_folder = Path(folder) / name
    target_folder.mkdir(parents=True, exist_ok=True)
    for file in (layout.MANIFEST, layout.MODEL, *layout.SAMPLES):
        (target_folder / file).unlink(missing_ok=True)
    (target_folder / layout.MODEL).write_bytes(content)
    _write_sample(columns, target_folder)
    manifest = {
        layout.FORMAT_KEY: layout.FORMAT,
        layout.NAME_KEY: name,
        layout.TARGET_KEY: target,
        layout.HELD_OUT_KEY: held_out,
        layout.PYTHON_KEY: ".".join(platform.python_version_tuple()[:2]),
        layout.REQUIREMENTS_KEY: _requirements(packages | {type(X).__module__.partition(".")[0]}),
    }
    (target_folder / layout.MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    if service is not None:
        with closing(service):
            write_line(service.publish(target_folder)["summary"])
    return target_folder


def _pickle(model: Any) -> tuple[bytes, frozenset[str]]:
    """Return the pickled model and the packages that it needs. Modules that no package has go into the pickle."""
    if importlib.util.find_spec("cloudpickle") is None:
        content = pickle.dumps(model)
        packages = read_pickle_contents([content]).packages
        local = " and ".join(sorted(_local_packages(packages)))
        if local:
            raise ValueError(f"The model needs code of {local}, which no package has. Install cloudpickle and try again.")
        return content, packages
    import cloudpickle

    content = cloudpickle.dumps(model)
    by_value = [
        sys.modules[name] for name in _local_packages(read_pickle_contents([content]).packages) if name in sys.modules
    ]
    if by_value:
        with _pickled_by_value(cloudpickle, by_value):
            content = cloudpickle.dumps(model)
    return content, read_pickle_contents([content]).packages


@contextmanager
def _pickled_by_value(cloudpickle: Any, modules: list[ModuleType]) -> Iterator[None]:
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _local_packages(packages: Iterable[str]) -> set[str]:
    """Return the packages that are files of the user: no installed distribution has them, nor Python."""
    return set(packages) - set(importlib.metadata.packages_distributions()) - set(sys.stdlib_module_names) | (
        {"__main__"} & set(packages)
    )


def _requirements(packages: Iterable[str]) -> list[str]:
    """Return the distributions of some packages with their exact versions."""
    distributions = importlib.metadata.packages_distributions()
    names = {name for package in packages for name in distributions.get(package, [])}
    return sorted(f"{name}=={importlib.metadata.version(name)}" for name in names)


def _columns(X: Any, y: Any) -> tuple[Any, str | None]:  # noqa: N803
    """Return the rows and answers as a data frame, or as lists by column name, and the name of the answers' column."""
    chosen = None if len(X) <= MAX_ROWS else sorted(random.Random(0).sample(range(len(X)), MAX_ROWS))  # noqa: S311
    answers = None if y is None else _plain(y, chosen)
    if hasattr(X, "columns"):
        frame = X if chosen is None else X.iloc[chosen]
        target = _target_name(y, list(X.columns))
        frame = with_storable_arrays(frame.reset_index(drop=True))
        return (frame, None) if answers is None else (frame.assign(**{target: answers}), target)
    rows = _plain(X, chosen)
    if holds_arrays(rows):
        raise ValueError(
            "The rows of X are arrays. Fit on a data frame with one array in each cell of a column, and give such a frame."
        )
    is_matrix = bool(rows) and isinstance(rows[0], Sequence) and not isinstance(rows[0], str)
    columns = (
        {f"x{index}": list(cells) for index, cells in enumerate(zip(*rows, strict=True))} if is_matrix else {"text": rows}
    )
    target = _target_name(y, list(columns))
    return (columns, None) if answers is None else (columns | {target: answers}, target)


def _plain(values: Any, chosen: list[int] | None) -> list[Any]:
    """Return some values of a series, an array or a list as a list of Python's own values."""
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    items: list[Any] = values.tolist() if hasattr(values, "tolist") else list(values)
    return items if chosen is None else [items[index] for index in chosen]


def _target_name(y: Any, columns: list[Any]) -> str:
    name = getattr(y, "name", None)
    name = name if isinstance(name, str) and name else "target"
    return name if name not in columns else next(f"{name}_{n}" for n in itertools.count(2) if f"{name}_{n}" not in columns)


def _write_sample(columns: Any, folder: Path) -> None:
    """Write a Parquet file, which keeps the types of a data frame, or a CSV if that is not possible."""
    parquet, text = (folder / name for name in layout.SAMPLES)
    if hasattr(columns, "to_parquet"):
        try:
            columns.to_parquet(parquet, index=False)
        except ImportError:
            with_array_texts(columns).to_csv(text, index=False)
        return
    with text.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
