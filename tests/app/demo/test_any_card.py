"""Promises of the pages for any card: each is drawn, in words that fit, whatever the card leaves out."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.any_models import ANY_MODELS, LONG_LABELS
from tests.support.demo_models import listen
from tests.support.demo_pages import PAGES, go_to, html_of, opened, quiet, widget
from tests.support.in_process_client import client_of
from tests.support.service_app import serve
from tests.support.uploads import drop, said

EVERY = ("models", *PAGES)


@pytest.fixture(scope="module")
def any_service() -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of(ANY_MODELS.values()))


@pytest.fixture
def paths(any_service: TestClient, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The demo over these models. Returns the requests that it sends."""
    return listen(client_of(any_service), monkeypatch)


@pytest.mark.usefixtures("paths")
@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("model", ANY_MODELS)
def test_every_page_is_drawn(model: str, language: str) -> None:
    app = opened(model=model, lang=language)
    for path in EVERY:
        app = quiet(go_to(app, path))
        assert app.title[0].value
        assert app.query_params["model"] == model
    for path in ("what-if", "to-change", "how-good"):
        assert quiet(opened(path, model=model, lang=language)).title[0].value


# Labels without probabilities


def visible(app: AppTest) -> str:
    """Return the words of a page, without tags."""
    return re.sub("<[^>]*>", " ", html_of(app)) + " " + said(app)


@pytest.mark.usefixtures("paths")
@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("model", ["names-two", "long-labels"])
def test_no_page_shows_a_percentage_of_a_model_without_probabilities(model: str, language: str) -> None:
    app = opened(model=model, lang=language)
    app.button(key="keep").click().run()
    for path in ("", "what-if", "to-change", "compare", "files", "feed"):
        app = go_to(app, path) if path else app
        assert "%" not in visible(app), path


@pytest.mark.usefixtures("paths")
def test_the_answer_is_the_label_and_a_change_tells_both() -> None:
    app = opened(model="names-two", lang="en", score="2")
    assert re.findall('<span class="number label-text">(.*?)</span>', html_of(app)) == ["refused"]
    assert "This model names one answer, without a probability." in html_of(app)
    assert not app.get("plotly_chart")
    app = opened(model="names-two", lang="en", score="7")
    widget(app, "score").set_value("1").run()
    assert "Started at “refused”, now <strong>the same answer</strong>." in html_of(app)
    widget(app, "score").set_value("9").run()
    assert "Started at “refused”, now <strong>“warned”</strong>." in html_of(app)


@pytest.mark.usefixtures("paths")
def test_a_curve_steps_from_label_to_label() -> None:
    app = opened("what-if", model="long-labels", lang="en", view="month")
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    line = figure["data"][0]
    assert line["line"]["shape"] == "hvh"
    assert line["y"] == list(range(30)), "each month has its own label"
    ticks = figure["layout"]["yaxis"]["ticktext"]
    assert len(ticks) <= 12
    assert all(len(text) <= 24 for text in ticks)
    assert said(app).count("Group") == 3, "the sentence names a few labels"
    flag = opened("what-if", model="long-labels", lang="en", view="flag")
    assert "no effect on this case, the answer stays" in said(flag)


@pytest.mark.usefixtures("paths")
def test_a_goal_is_a_label() -> None:
    app = opened("to-change", model="names-two", lang="en", score="1")
    goal = app.selectbox(key="to-change/label/names-two")
    assert goal.options == ["refused", "warned"]
    assert goal.value == "warned"
    assert [button.key for button in app.button if str(button.key).startswith("take-")] == ["take-0"]
    goal.set_value("refused").run()
    assert "already meets the goal" in app.success[0].value
    assert not app.slider


@pytest.mark.usefixtures("paths")
def test_a_scored_file_is_chosen_by_label_and_counts_each() -> None:
    """A label may have the name of another choice of the page."""
    app = opened("files", model="names-two", lang="en")
    drop(app, b"score\n" + b"1\n" * 3 + b"9\n" + b"x\n")
    assert "refused: 75% · warned: 25%." in visible(app).replace("\\", "")
    groups: Any = next(each for each in app.get("button_group") if getattr(each, "label", "") == "Rows")
    choices = [option.content.replace("\\", "") for option in groups.proto.options]
    assert choices == ["all 5", "refused 3", "warned 1", "not scored 1"]
    table = app.dataframe[0].value
    assert list(table.columns) == ["row", "label", "score"]
    groups.set_value("label/refused").run()
    assert app.dataframe[0].value["label"].tolist() == ["refused"] * 3


@pytest.mark.usefixtures("paths")
def test_the_feed_counts_labels() -> None:
    app = opened("feed", model="names-two", lang="en")
    lines = [
        json.dumps({"score": score, "label": label}) for score, label in ((1, "refused"), (2, "refused"), (9, "warned"))
    ]
    app.file_uploader[0].set_value(("feed.jsonl", "\n".join(lines).encode(), "application/jsonl")).run()
    app.run()
    assert not app.exception
    assert "refused: 2" in visible(app).replace("  ", " ")
    assert "warned: 1" in visible(app).replace("  ", " ")
    assert [header.value for header in app.header] == ["First those with “warned”"]
    assert re.findall('<p class="feed-answer"><b>(.*?)</b>', html_of(app))[0] == "warned"


@pytest.mark.usefixtures("paths")
@pytest.mark.parametrize("question", ["labels", "confused", "matters", "groups", "weak"])
def test_how_good_answers_what_labels_alone_can_answer(question: str) -> None:
    app = quiet(opened("how-good", model="names-three", lang="en", view=question))
    found: list[Any] = list(app.get("button_group"))
    groups = [[option.content for option in each.proto.options] for each in found]
    assert ["Right and wrong", "Confusions", "What matters", "Groups", "Weak spots"] in groups
    words = visible(app).partition("**AUC:**")[0]
    assert [word for word in ("AUC", "Brier", "ranked", "its probability is") if word in words] == []


@pytest.mark.usefixtures("paths")
def test_a_row_of_labels_beside_each_other_is_called_the_answer() -> None:
    app = opened(model="names-two", lang="en", score="1")
    app.button(key="keep").click().run()
    assert ">Answer</th>" in re.sub("<th[^>]*>", "<th>", html_of(go_to(app, "compare")))


# Many labels


@pytest.mark.usefixtures("paths")
@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_likeliest_of_many_labels_is_the_answer_and_the_first_bar(language: str) -> None:
    html = html_of(opened(model="many-labels", lang=language, month="14"))
    assert LONG_LABELS[14] in html.partition('class="answer')[2].partition("</div>")[0]
    bars = re.findall(r'<span class="share-name">(.*?)</span>', html)
    assert bars[0] == LONG_LABELS[14]
    assert {*bars[1:3]} == {LONG_LABELS[13], LONG_LABELS[15]}


@pytest.mark.usefixtures("paths")
def test_the_label_of_a_model_without_probabilities_is_not_named_twice() -> None:
    assert "Most likely" not in html_of(opened(model="long-labels", lang="en"))


# Many fields


@pytest.mark.usefixtures("paths")
def test_a_form_of_500_fields_shows_the_twelve_that_matter_most_and_finds_the_others() -> None:
    app = opened(model="wide", lang="en")
    names = [str(box.key).rpartition("/")[2] for box in app.text_input]
    assert names == ["f400", "f007", "f333", *(f"f{index}" for index in range(100, 109))]
    others = app.multiselect(key="form/others/wide")
    assert others.label == "488 more fields: search"
    assert len(others.options) == 488
    others.set_value(["f250"]).run()
    assert widget(app, "f250").value == "0.00"
    widget(app, "f250").set_value("2").run()
    assert app.multiselect(key="form/others/wide").value == ["f250"]


@pytest.mark.usefixtures("paths")
def test_a_changed_field_that_matters_little_is_in_the_form() -> None:
    app = opened(model="wide", lang="en", f490="2")
    assert app.multiselect(key="form/others/wide").value == ["f490"]
    assert widget(app, "f490").value == "2.00"


@pytest.mark.usefixtures("paths")
def test_what_if_over_500_fields_begins_with_one_that_matters() -> None:
    app = opened("what-if", model="wide", lang="en")
    field = app.selectbox(key="what-if/one")
    assert field.value == "f400"
    assert field.options[:3] == ["F400", "F007", "F333"]


@pytest.mark.usefixtures("paths")
def test_names_that_no_one_would_type_are_shown_as_they_are() -> None:
    app = opened(model="odd-names", lang="pl")
    labels = {box.label.replace("\\", "") for box in app.text_input}
    assert labels == {"Długość dostawy (dni)", "Order.total.amount", "X" + "x" * 99}
    assert widget(app, "order.total.amount").value == "123\N{NO-BREAK SPACE}456\N{NO-BREAK SPACE}789\N{NO-BREAK SPACE}012"
    boxes = {box.label.replace("\\", ""): box for box in app.selectbox}
    assert len(boxes["#1 *important* field"].options) == 60
    widget(app, "order.total.amount").set_value("999999999999").run()
    assert "999\N{NO-BREAK SPACE}999" in html_of(app)
    assert app.query_params["order.total.amount"] == "999999999999"


@pytest.mark.usefixtures("paths")
def test_a_label_as_long_as_a_sentence_is_written_whole() -> None:
    html = html_of(opened(model="long-labels", lang="en"))
    assert f'<span class="number label-text long">{LONG_LABELS[14]}</span>' in html
