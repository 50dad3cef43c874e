"""Promises of real cases: what really happened is shown on demand, and only where it is known."""

import pytest
from starlette.testclient import TestClient

from demo.views import answered_row
from tests.support.demo_models import questions
from tests.support.demo_pages import go_to, html_of, opened, quiet

pytestmark = pytest.mark.usefixtures("request_log")
TITLE = "What really happened?"


def test_what_really_happened_in_a_real_case_is_shown_on_demand_in_try(request_log: list[str], service: TestClient) -> None:
    card = service.get("/v1/models/credit-default").json()
    labels = {label["value"]: label["label"] for label in card["output"]["labels"]}
    for number, truth in list(enumerate(card["real_truths"], start=1))[:4]:
        app = quiet(opened(model="credit-default", lang="en", start=f"real-{number}"))
        (hidden,) = (each for each in app.expander if each.label == TITLE)
        assert not hidden.proto.expanded
        assert [text.value.replace("\\", "") for text in hidden.markdown] == [f"Actually: {labels[truth]}"]
    example = quiet(opened(model="credit-default", lang="en", start="two-months-late"))
    assert not [each for each in example.expander if each.label == TITLE], "an invented case has no truth"
    assert questions(request_log)


def test_compare_shows_what_really_happened_after_a_click(service: TestClient) -> None:
    card = service.get("/v1/models/diamond-price").json()
    app = quiet(opened(model="diamond-price", lang="en", start="real-3"))
    app.button(key="keep").click()
    quiet(app.run())
    go_to(app, "compare")
    assert "What really happened" not in html_of(app)
    app.toggle(key="compare/truth").set_value(True)
    quiet(app.run())
    assert f"{card['real_truths'][2]:,.0f}\N{NO-BREAK SPACE}USD" in html_of(app)
    assert "What really happened" in html_of(app)


def test_a_changed_or_an_invented_row_has_no_truth(service: TestClient) -> None:
    card = service.get("/v1/models/credit-default").json()
    row, truth = card["real_rows"][0], card["real_truths"][0]
    assert answered_row.find_truth(card, row) == truth
    assert answered_row.find_truth(card, row | {"credit_limit": row["credit_limit"] + 10_000}) is None
    assert answered_row.find_truth(card | {"real_truths": []}, row) is None
