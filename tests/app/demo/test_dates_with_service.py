"""The demo over the real service with a model of a date and a datetime: both programs agree on the form of the values."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.schemas import Input, Regression
from service.settings import Settings
from tests.support.demo_pages import html_of, opened, quiet, serve_by
from tests.support.formula_models import model_of
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

INPUTS = (
    Input(name="day", type="date", minimum="2020-01-01", maximum="2030-12-31", seen=("2024-01-01", "2026-12-31")),
    Input(name="at", type="datetime", seen=("2026-01-01T00:00:00", "2026-12-31T00:00:00"), nullable=True),
)
LINK = {"model": "days-since", "start": "default", "day": "2026-11-29", "at": "2026-11-29T14:30:00"}


@pytest.fixture(scope="module")
def dates() -> Iterator[TestClient]:
    """A service whose only model answers with the days since 1970, and a half where the moment is known."""
    model = model_of("days-since", INPUTS, Regression(seen=(19000, 22000)), lambda rows: rows[:, 0] + (rows[:, 1] > 0) / 2)
    yield from serve(Settings(), Registry.of([model]))


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_case_of_dates_is_explained_swept_and_compared(
    language: str, dates: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_by(client_of(dates), monkeypatch)
    app = quiet(opened(lang=language, **LINK))
    assert app.date_input[0].value == date(2026, 11, 29)
    assert app.datetime_input[0].value == datetime(2026, 11, 29, 14, 30)
    assert "20,786" in html_of(app) or "20\N{NO-BREAK SPACE}786" in html_of(app), "days since 1970, rounded to even"
    for view in ("day", "at", "day,at"):
        page = quiet(opened("what-if", lang=language, view=view, **LINK))
        assert len(page.get("plotly_chart")) == 1
    quiet(opened("to-change", lang=language, view="most=20000", **LINK))
    app.button(key="keep").click()
    quiet(app.run())
    assert quiet(opened("compare", **app.query_params)).get("plotly_chart")
