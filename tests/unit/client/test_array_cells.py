"""Arrays in a data frame that is handed over: another program reads the same pictures and numbers from the sample."""

import io
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from client import hand_over, model_folder
from client.pictures.array_cells import with_array_texts, with_storable_arrays
from wire.row_values import data_url

RANDOM = np.random.default_rng(2)
GREY = RANDOM.integers(0, 256, (4, 5, 7), dtype=np.uint8)
RGB = RANDOM.integers(0, 256, (4, 5, 7, 3), dtype=np.uint8)
VECTORS = RANDOM.normal(size=(4, 3))
TABLE = pd.DataFrame(
    {"grey": list(GREY), "rgb": list(np.asfortranarray(RGB)), "vector": list(VECTORS), "size": [1, 2, 3, 4]}
)


class Constant:
    """A model that is handed over."""

    def predict(self, table: Any) -> Any:
        return np.zeros(len(table))


def written(tmp_path: Path, table: Any) -> pd.DataFrame:
    with_storable_arrays(table).to_parquet(tmp_path / "sample.parquet")
    return pd.read_parquet(tmp_path / "sample.parquet")


def test_pictures_are_files_that_any_program_opens_and_vectors_are_lists(tmp_path: Path) -> None:
    sample = written(tmp_path, TABLE)
    for name, pixels in {"grey": GREY, "rgb": RGB}.items():
        opened = [Image.open(io.BytesIO(each)) for each in sample[name]]
        assert {each.mode for each in opened} == {"L" if name == "grey" else "RGB"}
        assert np.array_equal([np.asarray(each) for each in opened], pixels)
    assert np.array_equal(np.stack(sample["vector"].tolist()), VECTORS)
    assert sample["size"].tolist() == [1, 2, 3, 4]
    assert isinstance(TABLE["grey"][0], np.ndarray)  # the user's table is as it was


def test_lists_and_arrays_of_several_number_types_are_one_column(tmp_path: Path) -> None:
    mixed = pd.DataFrame({"vector": [[1, 2], np.array([1.5, 2]), np.array([3, 4]), (5, 6)]})
    assert list(map(list, written(tmp_path, mixed)["vector"])) == [[1, 2], [1.5, 2], [3, 4], [5, 6]]


def test_without_a_package_for_parquet_they_are_texts(tmp_path: Path) -> None:
    with_array_texts(with_storable_arrays(TABLE)).to_csv(tmp_path / "sample.csv", index=False)
    sample = pd.read_csv(tmp_path / "sample.csv")
    assert [json.loads(each) for each in sample["vector"]] == VECTORS.tolist()
    assert sample["grey"].str.startswith(data_url(b"", "image/png")).all()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (pd.DataFrame({"x": list(GREY / 255)}), "'x' holds arrays of the type float64.*uint8"),
        (pd.DataFrame({"x": [GREY[0], GREY[1][:3]]}), "several shapes"),
        (GREY, "Fit on a data frame with one array in each cell"),
        (pd.Series(list(GREY)), "Fit on a data frame"),
        (list(GREY), "Fit on a data frame"),
    ],
)
def test_what_no_field_can_be_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Any, sentence: str
) -> None:
    monkeypatch.setattr(model_folder, "_pickle", lambda model: (pickle.dumps(model), frozenset()))  # takes a second
    with pytest.raises(ValueError, match=sentence):
        hand_over(Constant(), rows, name="arrays", folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_lists_that_the_model_may_not_read_go_along(tmp_path: Path) -> None:
    tags = pd.DataFrame({"x": [1, 2], "tags": [["a"], ["b", "c"]]})
    assert list(map(list, written(tmp_path, tags)["tags"])) == [["a"], ["b", "c"]]
