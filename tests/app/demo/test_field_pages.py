"""Every page of the demo with dates, moments and fields of a type that the demo does not know, over the stub service."""

import json
import re
import threading
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.support.demo_pages import PAGES, html_of, opened, quiet, widget
from tests.support.stub_service import StubService, hand_made, problem

IMAGE: dict[str, Any] = {"name": "photo", "type": "sound", "label": "Photo", "default": "grey.png"}
ODD_IMAGE: dict[str, Any] = IMAGE | {
    "minimum": {"width": 3},
    "seen": "all",
    "categories": 7,
    "shown_as": ["x"],
    "default": {"url": 1},
}
DAY: dict[str, Any] = {
    "name": "day",
    "type": "date",
    "minimum": "2020-01-01",
    "maximum": "2030-12-31",
    "seen": ["2024-01-01", "2026-12-31"],
}
MOMENT: dict[str, Any] = {
    "name": "at",
    "type": "datetime",
    "minimum": "2020-01-01T00:00:00",
    "maximum": "2030-12-31T23:59:00",
}
START = {"day": "2026-11-29", "at": "2026-11-29T14:30:27Z"}
REFUSE = [("en", "This demo has no input for this field."), ("pl", "Demo nie ma kontrolki dla tego pola.")]


def words_of(app: AppTest) -> str:
    texts = [*app.caption, *app.markdown, *app.info, *app.title, *app.success]
    return html_of(app) + " ".join(each.value for each in texts)


def with_dates(*more: dict[str, Any], **card: Any) -> dict[str, Any]:
    return hand_made([DAY, MOMENT, *more], **({"examples": [{"name": "e", "row": START}]} | card))


def saved(app: AppTest) -> AppTest:
    app.button(key="keep").click()
    return quiet(app.run())


def drop(app: AppTest, content: bytes) -> AppTest:
    app.file_uploader[0].set_value(("cases.csv", content, "text/csv")).run()
    for thread in threading.enumerate():
        if thread.name == "file":
            thread.join(30)
    return quiet(app.run())


# A type that the demo does not know


@pytest.mark.parametrize("image", [IMAGE, ODD_IMAGE], ids=["plain", "odd"])
@pytest.mark.parametrize(("language", "sentence"), REFUSE)
def test_a_field_of_an_unknown_type_shows_a_sentence_instead_of_a_widget(
    image: dict[str, Any], language: str, sentence: str, stub: StubService
) -> None:
    stub.cards = [hand_made([{"name": "months", "type": "integer"}, image])]
    app = quiet(opened(lang=language))
    assert [caption.value for caption in app.caption if sentence in caption.value] == [f"Photo  \n{sentence}"]
    assert ">75%<" in html_of(app)
    widget(app, "months").set_value("5")
    quiet(app.run())
    assert stub.request_bodies[-1]["rows"] == [{"months": 5, "photo": image["default"]}]
    assert "photo" not in app.query_params


@pytest.mark.parametrize("image", [IMAGE, ODD_IMAGE], ids=["plain", "odd"])
@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("path", PAGES)
def test_a_field_of_an_unknown_type_breaks_no_page(
    path: str, language: str, image: dict[str, Any], stub: StubService
) -> None:
    stub.cards = [hand_made([image, DAY], entity={"key": "id"})]
    stub.features = {"photo": "stored.png", "day": "2026-11-29"}
    quiet(opened(path, model="fifth", lang=language, view="=7" if path == "clients" else ""))


@pytest.mark.parametrize("path", PAGES)
def test_a_card_whose_every_field_is_of_an_unknown_type_breaks_no_page(path: str, stub: StubService) -> None:
    stub.cards = [hand_made([IMAGE])]
    app = quiet(opened(path, lang="en"))
    if path in {"what-if", "to-change"}:
        assert app.info


def test_a_client_keeps_the_stored_value_of_an_unknown_type(stub: StubService) -> None:
    stub.cards = [hand_made([IMAGE, DAY], entity={"key": "id"})]
    stub.features = {"photo": "stored.png", "day": "2026-11-29"}
    app = quiet(opened("clients", model="fifth", lang="en", view="=7&day=2026-12-01&photo=evil.png"))
    assert "This demo has no input for this field." in words_of(app)
    assert app.query_params["view"] == "=7&day=2026-12-01"
    assert stub.request_bodies[-1]["rows"] == [{"id": "7", "day": "2026-12-01"}]


def test_a_saved_case_with_an_unknown_type_is_restored_from_the_url(stub: StubService) -> None:
    stub.cards = [hand_made([IMAGE, DAY], examples=[{"name": "e", "row": {"photo": "mine.png", "day": "2026-11-29"}}])]
    app = saved(opened(lang="en"))
    again = quiet(opened("compare", **app.query_params))
    assert "Keep this case" not in [button.label for button in again.button]
    assert stub.request_bodies[-1]["rows"] == [{"photo": "grey.png", "day": "2026-11-29"}]


def test_an_explanation_or_a_proposal_with_a_value_of_an_unknown_type_is_shown(stub: StubService) -> None:
    stub.cards = [hand_made([ODD_IMAGE, DAY])]
    assert "Photo <em>…</em>" in html_of(quiet(opened(lang="en")))
    assert "Photo <b>… → not known</b>" in html_of(quiet(opened("to-change", lang="en")))


@pytest.mark.parametrize(
    "field",
    [
        {"name": "x", "type": "number", "minimum": "2020-01-01"},
        {"name": "x", "type": "integer", "seen": ["a", "b"]},
        {"name": "x", "type": "date", "minimum": 3},
        {"name": "x", "type": "date", "maximum": "soon"},
        {"name": "x", "type": "datetime", "seen": ["2026-01-01T00:00:00"]},
        {"name": "x", "type": "category"},
        {"name": "x", "type": "category", "categories": []},
        {"name": "x", "type": 5},
        {"name": "x"},
        {"name": "x", "type": "sound", "label": {"en": "X"}},
        "x",
    ],
    ids=str,
)
def test_a_card_with_a_field_of_the_wrong_shape_is_not_shown(field: Any, stub: StubService) -> None:
    stub.cards = [hand_made([field])]
    app = opened(lang="en")
    assert not app.exception
    assert "invalid answer" in app.warning[0].value


# New keys and new codes


def grown(answer: Any) -> Any:
    """Return an answer with a key more in everything that has named keys."""
    if isinstance(answer, list):
        return [grown(each) for each in answer]
    if not isinstance(answer, dict):
        return answer
    as_it_is = {"row", "values", "probabilities", "default"}
    more = {name: value if name in as_it_is else grown(value) for name, value in answer.items()}
    return more | {"brand_new": {"deep": [1, None]}}


@pytest.mark.parametrize("path", PAGES)
def test_new_keys_anywhere_change_nothing_on_a_page(path: str, stub: StubService) -> None:
    stub.cards = [with_dates(IMAGE, entity={"key": "id"})]
    stub.features = START | {"photo": "x"}
    more = {"model": "fifth", "view": "=7"} if path == "clients" else {}
    before = words_of(quiet(opened(path, lang="en", **more)))
    stub.change = grown
    st.cache_data.clear()
    assert words_of(quiet(opened(path, lang="en", **more))) == before


@pytest.mark.parametrize("path", PAGES)
def test_a_new_warning_code_breaks_no_page(path: str, stub: StubService) -> None:
    stub.cards = [with_dates(entity={"key": "id"})]
    stub.features = dict(START)
    stub.warnings = [{"field": "day", "code": "drifting"}, {"field": "of tomorrow", "code": "drifting"}]
    quiet(opened(path, model="fifth", lang="en", view="=7" if path == "clients" else ""))


@pytest.mark.parametrize(("language", "words"), [("en", "warns about this value"), ("pl", "ostrzega przed tą wartością")])
def test_a_new_warning_code_is_shown_and_not_called_unusual(language: str, words: str, stub: StubService) -> None:
    stub.cards = [with_dates()]
    stub.warnings = [{"field": "day", "code": "drifting"}]
    page = html_of(quiet(opened(lang=language)))
    assert re.search(f'class="unusual">[^<]*{words}: drifting', page)
    assert "learned from values" not in page


def test_a_new_error_code_marks_its_field(stub: StubService) -> None:
    stub.cards = [with_dates()]
    errors = [{"pointer": "/rows/0/day", "code": "holiday", "message": "no", "brand_new": "x"}]
    stub.trouble = problem(422, "invalid_calendar", errors)
    app = opened(lang="en")
    assert not app.exception
    assert [error.value for error in app.error] == ["Please check this value."]


# Dates and moments


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_with_dates_and_moments(path: str, language: str, stub: StubService) -> None:
    stub.cards = [with_dates(entity={"key": "id"})]
    stub.features = dict(START)
    quiet(opened(path, model="fifth", lang=language, view="=7" if path == "clients" else ""))


@pytest.mark.parametrize(("language", "form"), [("en", "YYYY-MM-DD"), ("pl", "DD.MM.YYYY")])
def test_a_calendar_has_the_limits_of_the_card_and_the_format_of_the_language(
    language: str, form: str, stub: StubService
) -> None:
    stub.cards = [with_dates()]
    app = quiet(opened(lang=language))
    (day,), (at,) = app.date_input, app.datetime_input
    assert (day.min, day.max, day.value) == (date(2020, 1, 1), date(2030, 12, 31), date(2026, 11, 29))
    assert (at.min, at.max) == ("2020-01-01T00:00", "2030-12-31T23:59")
    assert at.value == datetime(2026, 11, 29, 14, 30)
    assert day.proto.format == at.proto.format == form
    assert at.label.endswith(", UTC")


def test_a_chosen_day_and_moment_are_iso_text_in_the_row_and_the_url(stub: StubService) -> None:
    stub.cards = [with_dates()]
    app = quiet(opened(lang="pl"))
    assert stub.request_bodies[-1]["rows"] == [START], "seconds and offset stay as they came"
    assert {name: app.query_params[name] for name in START} == START
    assert quiet(opened(**app.query_params)).button(key="back").disabled, "nothing was changed"
    app.date_input[0].set_value(date(2026, 12, 1))
    app.datetime_input[0].set_value(datetime(2026, 12, 1, 8, 15))
    quiet(app.run())
    now = {"day": "2026-12-01", "at": "2026-12-01T08:15:00"}
    assert stub.request_bodies[-1]["rows"] == [now]
    assert {name: app.query_params[name] for name in now} == now
    assert "29 listopada 2026" in app.date_input[0].label
    again = quiet(opened(**app.query_params))
    assert again.date_input[0].value == date(2026, 12, 1)
    assert again.datetime_input[0].value == datetime(2026, 12, 1, 8, 15)
    again.session_state["language"] = "en"
    quiet(again.run())
    assert again.date_input[0].value == date(2026, 12, 1), "another language writes it otherwise and forgets nothing"
    assert "November 29, 2026" in again.date_input[0].label


def test_only_a_nullable_day_can_be_cleared(stub: StubService) -> None:
    stub.cards = [hand_made([DAY, {**DAY, "name": "maybe", "nullable": True}])]
    app = quiet(opened(lang="en"))
    assert [day.proto.required for day in app.date_input] == [True, False]
    assert stub.request_bodies[-1]["rows"][0]["maybe"] is None
    app.date_input[1].set_value(date(2026, 12, 1))
    quiet(app.run())
    app.date_input[1].set_value(None)
    quiet(app.run())
    assert app.query_params["maybe"] == "null"
    assert quiet(opened(lang="en", maybe="2026-12-01")).date_input[1].value == date(2026, 12, 1)


@pytest.mark.parametrize("text", ["2031-01-01", "29.11.2026", "2026-11-31", "null", "<b>"])
def test_a_link_with_a_day_outside_the_limits_reports_it(text: str, stub: StubService) -> None:
    stub.cards = [with_dates()]
    app = quiet(opened(lang="en", day=text))
    assert app.date_input[0].value == date(2026, 11, 29)
    assert "day=" in app.info[0].value


def test_a_new_version_that_forbids_a_chosen_day_keeps_it(stub: StubService) -> None:
    stub.cards = [hand_made([DAY, MOMENT])]
    app = quiet(opened(lang="en", day="2029-05-05", at="2029-05-05T10:00:00"))
    earlier = [DAY | {"maximum": "2027-01-01"}, MOMENT | {"maximum": "2027-01-01T00:00:00"}]
    stub.cards = [hand_made(earlier, version="v2")]
    st.cache_data.clear()
    quiet(app.run())
    assert app.date_input[0].value == date(2029, 5, 5)
    assert app.datetime_input[0].value == datetime(2029, 5, 5, 10)


@pytest.mark.parametrize(
    ("language", "ticks", "value"),
    [("en", ["Jan 2026", "Mar 2026"], "November 29, 2026"), ("pl", ["sty 2026", "mar 2026"], "29 listopada 2026")],
)
def test_what_if_has_an_axis_of_time(language: str, ticks: list[str], value: str, stub: StubService) -> None:
    stub.cards = [with_dates()]
    stub.swept = {"day": ["2026-01-01", "2026-06-01", "2026-11-29", "2026-12-31"]}
    app = quiet(opened("what-if", model="fifth", lang=language, view="day"))
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    axis = figure["layout"]["xaxis"]
    assert axis["ticktext"][:2] == ticks
    assert figure["data"][0]["x"] == [20454, 20605, 20786, 20818], "days since 1970"
    assert value in figure["data"][0]["text"][2]
    full = [trace for trace in figure["data"] if trace.get("marker", {}).get("symbol") == "circle"]
    assert full[0]["x"] == [20786]


def test_what_if_draws_a_map_over_a_day_and_a_moment(stub: StubService) -> None:
    stub.cards = [with_dates()]
    stub.swept = {
        "day": ["2026-11-01", "2026-11-29"],
        "at": ["2026-11-29T14:00:00", "2026-11-29T16:00:00", "2026-11-29T20:00:00"],
    }
    app = quiet(opened("what-if", model="fifth", lang="pl", view="day,at"))
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert "14:00" in figure["layout"]["yaxis"]["ticktext"]
    assert figure["layout"]["xaxis"]["ticktext"] == ["2 lis", "9 lis", "16 lis", "23 lis"], "Mondays"


def test_compare_shows_days_in_the_readers_language(stub: StubService) -> None:
    stub.cards = [with_dates()]
    app = saved(opened(lang="pl"))
    app.date_input[0].set_value(date(2026, 12, 1))
    app.datetime_input[0].set_value(datetime(2026, 12, 1, 8, 15))
    app = saved(app.run())
    page = html_of(quiet(opened("compare", **app.query_params)))
    assert "29 listopada 2026" in page
    assert "<b>1 grudnia 2026</b>" in page
    assert "1 gru 2026, 08:15\N{NO-BREAK SPACE}UTC" in page


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (["2026-12-01", "1.12.2026", "soon"], ["2026-12-01T08:15:00Z", "2026-12-01 08:15:00", "x"]),
        ([date(2026, 12, 1)] * 3, [datetime(2026, 12, 1, 8, 15)] * 3),
    ],
    ids=["text", "typed"],
)
def test_a_row_of_a_file_opens_in_try_with_its_day_and_moment(day: list[Any], at: list[Any], stub: StubService) -> None:
    stub.cards = [with_dates(IMAGE)]
    added = {"probability_yes": [0.75] * 3, "decision": [None] * 3, "error_codes": [None] * 3, "error": [None] * 3}
    columns = {"day": day, "at": at, "photo": ["x.png"] * 3} | added | {"row": [1, 2, 3]}
    schema = {"decision": pa.string(), "error_codes": pa.string(), "error": pa.string()}
    stub.table = pa.table({name: pa.array(cells, schema.get(name)) for name, cells in columns.items()})
    app = quiet(opened("files", lang="pl"))
    drop(app, b"day;at;photo\n1;2;3\n")
    (table,) = app.dataframe
    assert next(iter(table.value["day"])) in {"2026-12-01", date(2026, 12, 1)}
    written = json.loads(table.proto.columns)
    assert (written.get("day", {}).get("type_config", {}).get("format") == "DD.MM.YYYY") == isinstance(day[0], date)


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_an_entry_of_a_feed_with_days_and_an_unknown_type_is_shown(ending: str, stub: StubService) -> None:
    stub.cards = [with_dates(IMAGE)]
    record = {"day": "2026-12-01", "at": "2026-12-01T08:15:00", "photo": "x.png", "probability_yes": 0.75, "version": "v1"}
    lines = [",".join(record), ",".join(map(str, record.values()))] if ending == "csv" else [json.dumps(record)]
    app = quiet(opened("feed", lang="pl"))
    app.file_uploader[0].set_value((f"feed.{ending}", "\n".join(lines).encode(), "text/plain"))
    quiet(app.run())
    assert "1 grudnia 2026" in html_of(app)
    assert "1 gru 2026, 08:15" in html_of(app)
