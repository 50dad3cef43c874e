"""What a pickle names is read without opening it, and equals what opening it would import."""

import io
import pickle
from pathlib import Path
from typing import Any

import cloudpickle
import joblib
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from wire.model_folder.pickle_contents import PickleContents, read_pickle_contents

PIPELINE = make_pipeline(
    ColumnTransformer([("numbers", SimpleImputer(), [0]), ("words", OneHotEncoder(), [1])]),
    HistGradientBoostingClassifier(max_iter=2),
).fit([[number, "ab"[number % 2]] for number in range(40)], [number % 2 for number in range(40)])


def imported_modules(content: bytes) -> frozenset[str]:
    """Return the modules that Python's own reader imports."""
    modules = set()

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            modules.add(module)
            return super().find_class(module, name)

    Reader(io.BytesIO(content)).load()
    return frozenset(modules)


def contents_of(content: bytes, size: int = 2**20) -> PickleContents:
    return read_pickle_contents(content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize("protocol", [4, 5])
def test_the_modules_are_those_that_opening_imports(protocol: int) -> None:
    content = pickle.dumps(PIPELINE, protocol)
    assert contents_of(content).modules == imported_modules(content)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3])
def test_no_module_of_an_old_protocol_is_missed(protocol: int) -> None:
    content = pickle.dumps(PIPELINE, protocol)
    assert contents_of(content).modules >= {name for name in imported_modules(content) if not name.startswith("__builtin")}


@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_the_version_of_scikit_learn_is_read(protocol: int) -> None:
    assert contents_of(pickle.dumps(PIPELINE, protocol)).sklearn_version == sklearn.__version__


@given(size=st.integers(1, 3000))
def test_chunks_of_any_size_say_the_same(size: int) -> None:
    content = pickle.dumps(PIPELINE)
    assert contents_of(content, size) == contents_of(content)


def test_files_of_joblib_and_cloudpickle_say_the_same() -> None:
    file = io.BytesIO()
    joblib.dump(PIPELINE, file)
    for content in (file.getvalue(), cloudpickle.dumps(PIPELINE)):
        contents = contents_of(content)
        assert {"sklearn", "numpy"} <= contents.packages
        assert contents.sklearn_version == sklearn.__version__


def test_nothing_of_a_pickle_is_run(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "run",))

    assert "pathlib" in contents_of(pickle.dumps(Bomb())).modules
    assert not (tmp_path / "run").exists()


@given(content=st.binary(max_size=3000))
def test_bytes_that_are_no_pickle_raise_nothing(content: bytes) -> None:
    contents_of(content, 7)
