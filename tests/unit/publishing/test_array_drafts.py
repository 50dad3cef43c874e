"""Promises about columns of pictures and vectors in a draft: their fields, what is refused, and the rows that are kept."""

import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from service.fields.lookup import type_of
from service.publishing.drafting.arrays import array_tables
from service.publishing.drafting.arrays.array_fields import array_distances
from service.publishing.drafting.draft import draft
from service.publishing.drafting.findings import CannotDraft
from service.schemas import Input
from tests.support.formula_drafts import codes, draft_of, facts, probabilities
from wire.row_values import data_url

RANDOM = np.random.default_rng(4)
ROWS = 30
GREY = RANDOM.integers(0, 256, (ROWS, 6, 8), dtype=np.uint8)
RGB = RANDOM.integers(0, 256, (ROWS, 6, 8, 3), dtype=np.uint8)
VECTORS = RANDOM.normal(size=(ROWS, 5))
LABELS = pd.Series(np.arange(ROWS) % 2)


def column(values: Any) -> "pd.Series[Any]":
    return pd.Series(list(values), dtype=object)


def png(pixels: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def drafted(values: Any, target: Any = LABELS, **options: Any) -> Any:
    return draft_of(pd.DataFrame({"x": values}), target, probabilities, **options)


def size(field: Input) -> tuple[Any, ...]:
    return field.type, field.height, field.width, field.colours, field.length


FIELDS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "grey pixels": (column(GREY), ("image", 6, 8, "grey", 0)),
    "pixels in colours": (column(RGB), ("image", 6, 8, "rgb", 0)),
    "nested pixels of a file": (
        column([np.array([*each, None], dtype=object)[:-1] for each in GREY]),
        (*("image", 6, 8), "grey", 0),
    ),
    "grey files": (column(map(png, GREY)), ("image", 6, 8, "grey", 0)),
    "files in colours": (column(map(png, RGB)), ("image", 6, 8, "rgb", 0)),
    "files as the library datasets has them": (
        column({"bytes": png(each), "path": None} for each in GREY),
        ("image", 6, 8, "grey", 0),
    ),
    "data URLs": (pd.Series([data_url(png(each)) for each in GREY]), ("image", 6, 8, "grey", 0)),
    "floats": (column(VECTORS), ("vector", 0, 0, "rgb", 5)),
    "small floats": (column(VECTORS.astype(np.float32)), ("vector", 0, 0, "rgb", 5)),
    "integers": (column(VECTORS.astype(np.int64)), ("vector", 0, 0, "rgb", 5)),
    "lists": (column(VECTORS.tolist()), ("vector", 0, 0, "rgb", 5)),
    "one number": (column(VECTORS[:, :1]), ("vector", 0, 0, "rgb", 1)),
    "lists in a file of texts": (pd.Series(list(map(json.dumps, VECTORS.tolist()))), ("vector", 0, 0, "rgb", 5)),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_column_of_arrays_has_the_field_of_their_shape_and_the_model_gets_them(name: str) -> None:
    values, expected = FIELDS[name]
    made = drafted(values)
    (field,) = made.card.inputs
    assert (size(field), field.nullable, field.default) == (expected, False, None)
    assert type_of(field).card_fault() is None
    is_vector = expected[0] == "vector"
    given = (VECTORS if is_vector else RGB if expected[3] == "rgb" else GREY)[:, : expected[4] or None]
    given = values.map(np.asarray).tolist() if name in {"small floats", "integers"} else given
    for array, row in zip(made.split.train.fields["x"], given, strict=True):
        assert array.dtype == (np.float64 if is_vector else np.uint8)
        assert np.array_equal(array, row)
    assert 3 <= len(made.card.examples) <= 6


REFUSED: dict[str, tuple[Any, str]] = {
    "several sizes": (column([*GREY[:9], GREY[9][:5]]), r"several shapes, such as \(5, 8\) and \(6, 8\).*bring all"),
    "several lengths": (column([[1.0, 2.0], [1.0]]), "several shapes.*bring all"),
    "float pictures": (column(GREY / 255), r"float64 and the shape \(6, 8\).*uint8.*let a step of the pipeline scale"),
    "whole pictures": (column(GREY.astype(int)), "int64.*uint8"),
    "masks": (column(GREY > 9), "bool.*uint8"),
    "a last axis": (column(GREY[..., None]), r"\(6, 8, 1\).*pixels\[\.\.\., 0\]"),
    "four channels": (
        column(RANDOM.integers(0, 256, (9, 6, 8, 4), dtype=np.uint8)),
        r"transparency: give pixels\[\.\.\., :3\]",
    ),
    "channels first": (column(np.moveaxis(RGB, 3, 1)), r"\(3, 6, 8\).*\(height, width, 3\).*change the axes"),
    "films": (column(RGB[:, None]), "change the axes"),
    "large pictures": (column([np.zeros((3, 600), np.uint8)] * 3), "600 × 3 pixels.*at most 512"),
    "vectors with NaN": (column(np.where(VECTORS > 0, VECTORS, np.nan)), "NaN.*fill them in"),
    "vectors with a missing number": (column([[1.0, None], [2.0, 3.0]]), "none of them is missing"),
    "vectors of texts": (column([["a", "b"], ["c", "d"]]), "A vector has numbers"),
    "empty arrays": (column(np.zeros((4, 0))), "empty arrays. Leave it out"),
    "missing pictures": (column([*GREY[:5], None, np.nan]), "2 of its 7 rows have none.*leave these rows out"),
    "files of several sizes": (column([png(GREY[0]), png(GREY[0][:4])]), "8 × 4 and 8 × 6.*card.toml.*width, height"),
    "large files": (column([png(np.zeros((2, 700), np.uint8))]), "700 × 2 pixels.*card.toml"),
    "files that are no pictures": (column([png(GREY[0]), b"%PDF-1.7"]), "no picture in row 2.*Leave this row out"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_arrays_that_no_field_has_are_refused_with_the_column_and_the_way_out(name: str) -> None:
    values, sentence = REFUSED[name]
    with pytest.raises(CannotDraft, match=sentence) as raised:
        drafted(values, None)
    assert "'x'" in str(raised.value)
    assert "numpy" not in str(raised.value)


def test_files_of_several_sizes_get_the_one_of_card_toml() -> None:
    files = column([png(GREY[0]), png(GREY[1][:4, :4])] * 5)
    size_of_field = {"name": "x", "type": "image", "width": 4, "height": 4, "colours": "grey"}
    made = drafted(files, None, overrides={"inputs": [size_of_field]})
    assert size(made.card.inputs[0]) == ("image", 4, 4, "grey", 0)
    pictures = made.split.train.fields["x"]
    assert {each.shape for each in pictures} == {(4, 4)}
    assert np.array_equal(pictures[1], GREY[1][:4, :4])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"width": 9}, "width 9"), ({"type": "vector"}, "its type is 'image'"), ({"type": "text"}, "'image'")],
)
def test_card_toml_cannot_make_other_arrays_of_those_of_the_model(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CannotDraft, match=sentence):
        drafted(column(GREY), overrides={"inputs": [{"name": "x", **change}]})


def test_of_many_large_arrays_as_many_rows_are_drawn_as_the_service_checks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_tables, "MAX_BYTES", 12 * GREY[0].nbytes)
    first = GREY[:, 0, 0].astype(int)  # each answer belongs to its picture
    made = drafted(column(GREY), pd.Series(first % 2))
    assert codes(made, "") == ["drawn"]
    rows = made.split.train
    assert len(rows) == 12
    assert rows.truth.tolist() == [each[0, 0] % 2 for each in rows.fields["x"]]


def test_arrays_that_the_model_does_not_read_are_left_out() -> None:
    table = pd.DataFrame({"x": np.arange(ROWS) % 7, "seen": column(GREY), "lists": column(VECTORS.tolist())})
    read = draft_of(table[["x"]], LABELS, probabilities).card
    whole = draft(table, LABELS, facts(table[["x"]]), probabilities, name="toy")
    assert whole.card == read
    assert "seen, lists" in next(each.sentence for each in whole.findings if each.code == "unused")


def test_arrays_are_no_target() -> None:
    with pytest.raises(CannotDraft, match="The target y holds arrays"):
        drafted(column(GREY), column(VECTORS).rename("y"))


def test_texts_that_look_like_lists_stay_texts_for_a_vectorizer() -> None:
    made = drafted(pd.Series([f"[{at}, {at}]" for at in range(ROWS)]), text_columns=frozenset({"x"}))
    assert made.card.inputs[0].type == "text"


def test_the_distance_of_an_array_is_its_mean_squared_distance_to_all() -> None:
    every = np.square(VECTORS[:, None] - VECTORS[None]).sum(axis=2).mean(axis=1)
    assert np.allclose(array_distances(column(VECTORS)), every / every.max())
    assert np.array_equal(array_distances(column(np.ones((3, 2)))), np.zeros(3))
