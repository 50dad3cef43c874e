"""Promises of models with dates: the same answer from every kind of request and file, and answers that say dates as dates."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.bundles.versions.bundle_folder import default_folder
from service.questions.explanations import explanations
from service.schemas import Input, Regression, Row
from service.settings import Settings
from tests.support import synthetic_recipes
from tests.support.formula_models import model_of
from tests.support.row_files import ask, read, text_of, written
from tests.support.service_app import serve

STAY_INPUTS = (
    Input(name="arrival", type="date", minimum="2020-01-01", maximum="2030-12-31", seen=("2024-01-01", "2026-12-31")),
    Input(
        name="booked", type="datetime", nullable=True, seen=("2023-06-01T00:00:00Z", "2026-12-31T00:00:00Z"), changeable="no"
    ),
    Input(name="nights", type="integer", minimum=1, maximum=30, seen=(1, 14)),
)
STAY: Row = {"arrival": "2026-11-29", "booked": "2026-10-01T08:30:00Z", "nights": 3}
URL = "/v1/models/stay-price"


def stay_price(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return nights × (50 + days between booking and arrival ÷ 10); unknown bookings count as 30 days before."""
    arrival, booked, nights = numbers.T
    return np.asarray(nights * (50 + np.where(np.isnan(booked), 30.0, arrival - booked) / 10))


def price(row: Row) -> float:
    """Return the price from Python's own dates."""
    arrival = datetime.combine(date.fromisoformat(row["arrival"]), datetime.min.time(), UTC)
    if row["booked"] is None:
        return float(row["nights"] * (50 + 3))
    booked = datetime.fromisoformat(row["booked"])
    return float(row["nights"] * (50 + (arrival - booked) / timedelta(days=1) / 10))


ROWS: list[Row] = [
    STAY,
    STAY | {"arrival": "2024-02-29", "booked": "2023-12-31T23:59:59.999+01:00"},
    STAY | {"booked": None, "nights": 14},
    STAY | {"arrival": "2030-12-31", "booked": "2024-02-29T00:00:00Z"},
]


@pytest.fixture(scope="module")
def stays() -> Iterator[TestClient]:
    """The real app with one model that takes a date and a moment."""
    yield from serve(Settings(), Registry.of([model_of("stay-price", STAY_INPUTS, Regression(unit="EUR"), stay_price)]))


def post(stays: TestClient, question: str, request: dict[str, Any]) -> Any:
    answer = stays.post(f"{URL}/{question}", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_row_in_json_is_scored_by_its_days(stays: TestClient) -> None:
    answer = post(stays, "predictions", {"rows": ROWS})
    assert [each["value"] for each in answer["predictions"]] == pytest.approx([price(row) for row in ROWS], rel=1e-12)
    spaced = STAY | {"booked": "2026-10-01 10:30:00+02:00"}
    assert post(stays, "predictions", {"rows": [spaced]})["predictions"] == answer["predictions"][:1]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"arrival": "2026-02-29"}, "wrong_type"),
        ({"arrival": "29.11.2026"}, "wrong_type"),
        ({"arrival": 20786}, "wrong_type"),
        ({"arrival": "2019-12-31"}, "out_of_range"),
        ({"arrival": None}, "missing_field"),
        ({"booked": "2026-10-01T25:00"}, "wrong_type"),
        ({"booked": "\ud800"}, "wrong_type"),
    ],
)
def test_a_wrong_date_is_refused_with_its_row_and_field(wrong: Row, code: str, stays: TestClient) -> None:
    answer = stays.post(
        f"{URL}/predictions",
        content=json.dumps({"rows": [STAY, STAY | wrong]}),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422
    (field,) = wrong
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(f"/rows/1/{field}", code)]


def test_a_date_outside_of_the_seen_range_is_scored_with_a_warning(stays: TestClient) -> None:
    (result,) = post(stays, "predictions", {"rows": [STAY | {"arrival": "2029-01-01"}]})["predictions"]
    assert result["warnings"] == [{"field": "arrival", "code": "outside_training_range"}]


def typed(rows: list[Row]) -> pa.Table:
    """Return rows with Arrow's own dates and timestamps."""
    moments = [None if row["booked"] is None else datetime.fromisoformat(row["booked"]) for row in rows]
    return pa.table(
        {
            "arrival": pa.array([date.fromisoformat(row["arrival"]) for row in rows], pa.date32()),
            "booked": pa.array(moments, pa.timestamp("us", tz="Europe/Warsaw")),
            "nights": pa.array([row["nights"] for row in rows], pa.int16()),
        }
    )


@pytest.mark.parametrize("kind", ["csv", "arrow", "parquet"])
@pytest.mark.parametrize("rows", [pa.Table.from_pylist(ROWS), typed(ROWS)], ids=["text", "typed"])
def test_files_of_dates_get_the_numbers_of_json(kind: str, rows: pa.Table, stays: TestClient) -> None:
    expected = [each["value"] for each in post(stays, "predictions", {"rows": ROWS})["predictions"]]
    answer = ask(stays, "stay-price", written(rows, kind), kind)
    assert answer.status_code == 200, answer.text
    assert [float(row["value"]) for row in read(answer)] == expected


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
@pytest.mark.parametrize("zone", [None, "Europe/Warsaw", "America/New_York"])
@pytest.mark.parametrize("unit", ["s", "ns"])
def test_an_answer_in_csv_with_midnights_is_scored_again(kind: str, zone: str | None, unit: str, stays: TestClient) -> None:
    midnights = pa.array([date.fromisoformat(row["arrival"]) for row in ROWS], pa.date32()).cast(pa.timestamp(unit))
    if zone:
        midnights = pc.assume_timezone(midnights, zone)
    rows = typed(ROWS).set_column(0, "arrival", midnights)
    first = ask(stays, "stay-price", written(rows, kind), kind, "csv", query="?inputs=keep")
    assert first.status_code == 200, first.text
    again = ask(stays, "stay-price", first.content, "csv")
    expected = [each["value"] for each in post(stays, "predictions", {"rows": ROWS})["predictions"]]
    assert [float(row["prediction_value"]) for row in read(again)] == expected


def test_a_table_of_pandas_with_midnights_and_a_time_is_read_from_its_csv(stays: TestClient) -> None:
    arrivals = [row["arrival"] for row in ROWS]
    arrivals[1] += " 09:00"  # so pandas writes the time of every row
    text = pd.DataFrame(ROWS).assign(arrival=pd.to_datetime(arrivals, format="ISO8601")).to_csv(index=False)
    assert "2026-11-29 00:00:00" in text
    scored = read(ask(stays, "stay-price", text.encode(), "csv"))
    refused = [row["error"] for row in scored]
    assert [bool(error) for error in refused] == [False, True, False, False]
    assert refused[1].endswith("column arrival: Expected a date such as 2026-11-29, without a time of day.")


def test_files_that_pandas_writes_are_read(stays: TestClient) -> None:
    frame = pd.DataFrame(ROWS)
    frame["arrival"] = pd.to_datetime(frame["arrival"])
    frame["booked"] = pd.to_datetime(frame["booked"], utc=True, format="ISO8601")
    expected = [each["value"] for each in post(stays, "predictions", {"rows": ROWS})["predictions"]]
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    for kind, body in (("csv", frame.to_csv(index=False).encode()), ("parquet", parquet.getvalue())):
        answer = ask(stays, "stay-price", body, kind)
        assert [float(row["value"]) for row in read(answer)] == expected, kind


def test_a_csv_accepts_dates_with_dots_and_refuses_ambiguous_dates(stays: TestClient) -> None:
    rows = [["29.11.2026", "1.10.2026 08:30", 3], ["01/02/2026", "", 3], ["12/31/2026", "", 3], ["2026-11-29", "", 3]]
    answer = ask(stays, "stay-price", text_of(["arrival", "booked", "nights"], rows), "csv")
    good, *ambiguous, iso = read(answer)
    assert float(good["value"]) == pytest.approx(price(STAY), rel=1e-12)
    assert float(iso["value"]) == price(STAY | {"booked": None})
    assert [row["error_codes"] for row in ambiguous] == ["arrival: wrong_type"] * 2
    assert all("?dates=day_first" in row["error"] for row in ambiguous)
    for order, arrival in (("day_first", "2026-02-01"), ("month_first", "2026-01-02")):
        body = text_of(["arrival", "booked", "nights"], [["01/02/2026", "", 3], ["12/31/2026", "", 3]])
        first, second = read(ask(stays, "stay-price", body, "csv", query=f"?dates={order}"))
        assert float(first["value"]) == price(STAY | {"booked": None, "arrival": arrival})
        assert second["error_codes"] == ("" if order == "month_first" else "arrival: wrong_type")
    assert ask(stays, "stay-price", body, "csv", query="?dates=guess").status_code == 400


def test_a_curve_over_dates_steps_by_calendar_units(stays: TestClient) -> None:
    answer = post(stays, "curves", {"row": STAY, "fields": ["arrival", "booked"]})
    arrival, booked = answer["curves"]
    assert (arrival["seen"], arrival["field"]) == (["2024-01-01", "2026-12-31"], "arrival")
    days = [date.fromisoformat(point["value"]) for point in arrival["points"]]
    assert {day.day for day in days} == {1, 29}
    assert days == sorted(set(days))
    assert date(2026, 11, 29) in days
    for point in arrival["points"]:
        assert point["prediction"]["value"] == pytest.approx(price(STAY | {"arrival": point["value"]}))
    for point in booked["points"]:
        assert point["prediction"]["value"] == pytest.approx(price(STAY | {"booked": point["value"]}))


def test_a_surface_of_a_date_and_a_number_has_dates_on_its_axis(stays: TestClient) -> None:
    surface = post(stays, "curves", {"row": STAY, "fields": ["arrival", "nights"], "together": True})["surface"]
    days, nights = surface["values"]
    assert STAY["arrival"] in days
    for day, outputs in zip(days, surface["outputs"], strict=True):
        assert outputs == pytest.approx([price(STAY | {"arrival": day, "nights": count}) for count in nights])


def test_a_recommendation_moves_a_date_by_whole_days_inside_its_range(stays: TestClient) -> None:
    request = {"row": STAY, "goal": {"value": {"max": price(STAY) - 5}}, "fixed": ["nights"]}
    (result, *_) = post(stays, "recommendations", request)["recommendations"]
    (change,) = result["changes"]
    assert (change["field"], change["from"]) == ("arrival", STAY["arrival"])
    assert result["prediction"]["value"] == pytest.approx(price(STAY | {"arrival": change["to"]}))
    one_later = (date.fromisoformat(change["to"]) + timedelta(days=1)).isoformat()
    assert price(STAY | {"arrival": one_later}) > price(STAY) - 5, "no further than needed"
    narrow = request | {"ranges": {"arrival": ["2026-11-20", "2026-12-31"]}}
    assert not post(stays, "recommendations", narrow)["reachable"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [([1, 2], "wrong_type"), (["2026-13-01", "2026-01-01"], "wrong_type"), (["2026-02-01", "2026-01-01"], "out_of_range")],
)
def test_an_invalid_range_of_dates_is_refused(limits: list[Any], code: str, stays: TestClient) -> None:
    request = {"row": STAY, "goal": {"value": {"max": 1}}, "ranges": {"arrival": limits}}
    answer = stays.post(f"{URL}/recommendations", json=request)
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [("/ranges/arrival", code)]


def test_the_api_describes_dates_as_json_schema_does(stays: TestClient) -> None:
    row = stays.get("/openapi.json").json()["components"]["schemas"]["Row-stay-price"]
    assert row["properties"]["arrival"]["format"] == "date"
    assert {"type": "null"} in row["properties"]["booked"]["anyOf"]
    assert any(each.get("format") == "date-time" for each in row["properties"]["booked"]["anyOf"])
    card = stays.get(URL).json()
    assert [field["type"] for field in card["inputs"]] == ["date", "datetime", "integer"]
    assert card["inputs"][0]["minimum"] == "2020-01-01"


@pytest.fixture(scope="module")
def renewals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real bundle of a fitted pipeline whose inputs are a date and a moment."""
    folder = tmp_path_factory.mktemp("renewals")
    draft = synthetic_recipes.draft(
        "renewals", synthetic_recipes.classification(["no", "yes"], "yes"), synthetic_recipes.RENEWAL_FIELDS
    )
    synthetic_recipes.publish_synthetic(synthetic_recipes.renewals("renewals"), draft, folder)
    return default_folder(folder, "renewals")


def test_a_fitted_pipeline_with_dates_is_published_and_answers_as_scikit_learn_does(renewals: Path) -> None:
    model, recipe = open_model(renewals), synthetic_recipes.renewals("renewals")
    ends, call = model.card.inputs
    split = recipe.split()
    assert ends.seen == (f"{split.train.fields['ends'].min():%Y-%m-%d}", f"{split.train.fields['ends'].max():%Y-%m-%d}")
    assert (ends.type, call.type, model.card.scoring.scorer) == ("date", "datetime", "process")
    assert model.card.scoring.gate_difference == 0
    pipeline = recipe.fit(split.train)
    test = split.test.fields.head(50)
    days = pd.DataFrame({name: synthetic_recipes.in_days(test[name]) for name in test})
    rows = [
        {"ends": None if pd.isna(end) else f"{end:%Y-%m-%d}", "call": f"{moment:%Y-%m-%dT%H:%M:%S}"}
        for end, moment in zip(test["ends"], test["call"], strict=True)
    ]
    result: list[Any] = list(model.predict(rows).predictions)
    np.testing.assert_allclose(
        [each.probabilities["yes"] for each in result], pipeline.predict_proba(days)[:, 1], rtol=1e-12
    )
    assert any(row["ends"] is None for row in model.card.real_rows)


def test_a_bundle_with_dates_explains_and_evaluates_in_dates(renewals: Path) -> None:
    model = open_model(renewals)
    row: Row = {"ends": "2026-01-05", "call": "2025-11-03T14:05:00Z"}
    for language, words in (("en", "Contract ends (January 5, 2026)"), ("pl", "Koniec umowy (5 stycznia 2026)")):
        (result,) = explanations(model, [row], language).explanations  # type: ignore[arg-type]
        assert words in result.sentence
        assert {each.value for each in result.contributions} == set(row.values())
        assert result.usualness is not None
    assert model.evaluation is not None
    segments = {segment.name: segment for segment in model.evaluation.segments}
    labels: list[Any] = [group.label for group in segments["ends"].groups]
    assert labels[0]["en"].startswith("below ")
    assert labels[0]["en"].endswith(", 2026")
    assert "brak" in [label["pl"] for label in labels]
