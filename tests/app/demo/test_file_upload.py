"""Promises of a file dropped on the page Files: sent once, sent again only by a button, never lost by leaving the page."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
import requests
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Card, Client
from demo.files import scored_file, upload_job
from tests.support.demo_pages import go_to, html_of, opened
from tests.support.row_files import text_of
from tests.support.uploads import Watched, arrived, drop, said, watch

NAME = "credit-default"


def answer(status: int, kind: str, content: bytes, **headers: str) -> Callable[[], requests.Response]:
    def respond() -> requests.Response:
        response = requests.Response()
        response.status_code = status
        response.headers.update({"Content-Type": kind} | {name.replace("_", "-"): text for name, text in headers.items()})
        response.raw = io.BytesIO(content)
        return response

    return respond


def problem(status: int, code: str, **headers: str) -> Callable[[], requests.Response]:
    content = b'{"detail": "Said in English.", "code": "%s", "request_id": "abc", "errors": []}' % code.encode()
    return answer(status, "application/problem+json", content, **headers)


def break_off(error: requests.RequestException) -> Callable[[], requests.Response]:
    def respond() -> requests.Response:
        raise error

    return respond


@pytest.fixture
def watched(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> Any:
    yield from watch(service, monkeypatch)


@pytest.fixture
def card(cards: dict[str, Any]) -> Card:
    result: Card = cards[NAME]
    return result


def rows_of(card: Card, count: int = 100) -> list[list[str]]:
    real = [[str(value) for value in row.values()] for row in card["real_rows"]]
    return (real * (count // len(real) + 1))[:count]


def content_of(card: Card, rows: list[list[str]]) -> bytes:
    return text_of(list(card["real_rows"][0]), rows, ";")


def again(app: AppTest) -> Any:
    return next((button for button in app.button if button.label == "Send it again"), None)


def choose(app: AppTest, choice: str) -> None:
    groups: list[Any] = [each for each in app.get("button_group") if getattr(each, "label", "") in {"Rows", "Wiersze"}]
    groups[0].set_value(choice).run()


TROUBLES = {
    "failed": (problem(500, "failed"), "The model could not score this file."),
    "busy": (problem(503, "overloaded", Retry_After="1"), "busy with other files"),
    "slow": (break_off(requests.ReadTimeout()), "took too long"),
    "away": (break_off(requests.ConnectionError()), "cannot be reached"),
    "nonsense": (answer(200, "text/html", b"<p>no</p>"), "incomplete or damaged"),
    "cut off": (answer(200, "application/vnd.apache.arrow.stream", b"half", X_File="{}"), "incomplete or damaged"),
    "renewed": (problem(422, "unknown_version"), "The model was updated meanwhile"),
    "not let in": (problem(403, "forbidden"), "has no access to the model service"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_file_is_sent_once_and_again_only_by_the_button(trouble: str, watched: Watched, card: Card) -> None:
    respond, sentence = TROUBLES[trouble]
    watched.troubles.append(respond)
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows_of(card)))
    for _ in range(3):
        app.run()
    assert len(watched.sent) == 1
    assert sentence in said(app)
    assert "Said in English." not in said(app)
    again(app).click().run()
    arrived()
    app.run()
    assert len(watched.sent) == 2
    assert "100 rows scored" in html_of(app)


def test_a_file_that_was_refused_is_not_sent_by_drawing_the_page_again(watched: Watched, card: Card) -> None:
    app = opened("files", model=NAME, lang="en")
    drop(app, b"nothing;of;this\n1;2;3\n")
    for _ in range(3):
        app.run()
    assert len(watched.sent) == 1
    assert "This file could not be scored" in said(app)
    assert again(app) is None
    drop(app, content_of(card, rows_of(card)))
    assert len(watched.sent) == 2
    assert "100 rows scored" in html_of(app)


def test_decimals_that_are_unclear_are_settled_by_a_choice(watched: Watched, card: Card) -> None:
    rows = rows_of(card)
    index = list(card["real_rows"][0]).index("share_used_now")
    rows[0][index], rows[1][index] = "0,5", "0.5"
    app = opened("files", model=NAME, lang="en")
    assert not app.radio
    drop(app, content_of(card, rows))
    assert "Some numbers have a decimal comma, others a decimal point" in said(app)
    app.radio[0].set_value("point").run()
    assert len(watched.sent) == 1
    again(app).click().run()
    arrived()
    app.run()
    assert "decimal=point" in watched.sent[1]
    assert "99 rows scored" in html_of(app)


def test_a_sign_that_may_separate_thousands_is_settled_by_a_choice_of_two_numbers(watched: Watched, card: Card) -> None:
    rows = [[str(round(float(cell))) for cell in row] for row in rows_of(card)]
    index = list(card["real_rows"][0]).index("credit_limit")
    rows[0][index] = "50,000"
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows))
    assert app.radio[0].label == "What does 1,500 mean in this file?"
    assert app.radio[0].options == ["1,500", "1.5"]
    again(app).click().run()
    arrived()
    app.run()
    assert "thousands=comma" in watched.sent[1]
    assert "decimal" not in watched.sent[1]
    assert app.session_state["files"][NAME].scored.recognised["thousands"] == "comma"


def test_thousands_that_only_refuse_rows_are_settled_by_a_choice(watched: Watched, card: Card) -> None:
    """Excel of the United States writes "50,000", in quotes; other numbers of the file show that its decimals have a point."""
    rows = rows_of(card)
    rows[0] = ["50,000", *rows[0][1:]]
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows))
    (choice,) = (each for each in app.checkbox if "1,500" in each.label)
    assert not choice.value
    choice.check().run()
    arrived()
    app.run()
    assert "thousands=comma" in watched.sent[1]
    codes = app.session_state["files"][NAME].scored.table["error_codes"][0].as_py()
    assert not codes or "wrong_type" not in codes
    assert [each.value for each in app.checkbox if "1,500" in each.label] == [True], "so that it can be taken back"


def test_words_for_missing_values_are_settled_by_a_choice(watched: Watched, card: Card) -> None:
    rows = rows_of(card)
    rows[0][0] = "NA"
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows))
    assert not app.checkbox[0].value
    app.checkbox[0].check().run()
    arrived()
    app.run()
    assert "missing=words" in watched.sent[1]
    assert app.session_state["files"][NAME].scored.table["error_codes"][0].as_py().endswith(": missing_field")


def test_letters_that_are_unclear_are_settled_by_a_choice(watched: Watched, card: Card) -> None:
    rows = [[*row, "zażółć"] for row in rows_of(card)]
    content = text_of([*card["real_rows"][0], "note"], rows, ";").decode().encode("windows-1250")
    app = opened("files", model=NAME, lang="en")
    drop(app, content)
    assert "The letters of the file are probably in WINDOWS" in said(app)
    assert app.radio[0].value == "windows-1250"
    again(app).click().run()
    arrived()
    app.run()
    assert watched.sent[1].endswith("text/csv; charset=windows-1250")
    assert "100 rows scored" in html_of(app)
    held = app.session_state["files"][NAME]
    assert held.scored.table["note"][0].as_py() == "zażółć"


def test_the_encoding_that_the_letters_suggest_is_chosen_first(watched: Watched, card: Card) -> None:
    rows = [[*row, "déjà vu à Genève"] for row in rows_of(card)]
    app = opened("files", model=NAME, lang="en")
    drop(app, text_of([*card["real_rows"][0], "note"], rows, ";").decode().encode("windows-1252"))
    assert "The letters of the file are probably in WINDOWS\\-1252" in said(app)
    assert app.radio[0].value == "windows-1252"
    again(app).click().run()
    arrived()
    assert watched.sent[1].endswith("text/csv; charset=windows-1252")


def test_the_page_may_be_left_while_a_file_is_scored(watched: Watched, card: Card) -> None:
    watched.may_answer.clear()
    app = opened("files", model=NAME, lang="en")
    app.file_uploader[0].set_value(("clients.csv", content_of(card, rows_of(card)), "text/csv")).run()
    assert "You can use other pages meanwhile" in said(app)
    go_to(app, "about")
    watched.may_answer.set()
    arrived()
    go_to(app, "files")
    assert "100 rows scored" in html_of(app)
    assert len(watched.sent) == 1


def test_a_double_click_sends_a_file_once(watched: Watched, card: Card) -> None:
    content = content_of(card, rows_of(card))
    sent = upload_job.UploadJob("clients.csv", "text/csv", upload_job.copy_to_disk(io.BytesIO(content)), "drop")
    client = Client("http://localhost")
    client.session.mount("http://localhost", watched)
    watched.may_answer.clear()
    for _ in range(2):
        sent.send(client, card)
    watched.may_answer.set()
    arrived()
    assert sent.scored
    assert len(watched.sent) == 1


def test_a_file_that_nobody_waits_for_is_let_go(watched: Watched, card: Card) -> None:
    watched.may_answer.clear()
    app = opened("files", model=NAME, lang="en")
    app.file_uploader[0].set_value(("clients.csv", content_of(card, rows_of(card)), "text/csv")).run()
    sent: upload_job.UploadJob = app.session_state["files"][NAME]
    next(button for button in app.button if button.label == "Stop").click().run()
    watched.may_answer.set()
    arrived()
    assert sent.scored is None
    assert app.file_uploader
    assert NAME not in app.session_state["files"]


def test_answers_that_are_too_large_to_hold_say_so(watched: Watched, card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scored_file, "MAX_BYTES", 1000)
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows_of(card)))
    assert "larger than 512 MB" in said(app)
    assert len(watched.sent) == 1


def test_every_row_of_a_long_file_is_in_some_part_of_the_table(watched: Watched, card: Card) -> None:
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows_of(card, 2500)))
    assert len(watched.sent) == 1
    part = app.number_input[0]
    assert (part.label, part.min, part.max) == ("Part (of 5)", 1, 5)
    app.selectbox(key=f"files/order/{NAME}").set_value("file").run()
    seen: list[int] = []
    for number in range(1, 6):
        app.number_input[0].set_value(number).run()
        seen += list(app.dataframe[0].value["row"])
    assert seen == list(range(1, 2501))
    assert "Rows 2,001 to 2,500 of 2,500 in this order." in said(app)


@pytest.mark.usefixtures("watched")
def test_the_numbers_of_the_table_are_written_in_the_format_of_the_page(card: Card) -> None:
    """Streamlit would write them in the format of the browser."""
    shown: dict[str, dict[str, list[str]]] = {}
    for language in ("en", "pl"):
        app = opened("files", model=NAME, lang=language)
        drop(app, content_of(card, rows_of(card)))
        table = pa.ipc.open_stream(app.dataframe[0].proto.arrow_data.styler.display_values).read_all()
        shown[language] = {name: table[name].to_pylist() for name in ("credit_limit", "share_used_now")}
    limits = [number for number in shown["en"]["credit_limit"] if len(number) > 3]
    assert limits
    assert all("," in number for number in limits)
    assert shown["pl"]["credit_limit"] == [
        number.replace(",", "\N{NO-BREAK SPACE}") for number in shown["en"]["credit_limit"]
    ]
    assert shown["pl"]["share_used_now"] == [number.replace(".", ",") for number in shown["en"]["share_used_now"]]


def test_another_file_is_another_table_in_which_no_row_is_chosen_yet(watched: Watched, card: Card) -> None:
    """What was chosen in one table would open another row of the next, or none."""
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows_of(card)))
    first = app.dataframe[0].proto.id
    next(button for button in app.button if button.label == "Another file").click().run()
    drop(app, content_of(card, rows_of(card, 40)))
    assert app.dataframe[0].proto.id != first
    assert len(watched.sent) == 2


def test_refused_rows_alone_say_why_and_the_bands_filter(watched: Watched, card: Card) -> None:
    rows = rows_of(card)
    rows[7][0] = "brak"
    app = opened("files", model=NAME, lang="pl")
    drop(app, content_of(card, rows))
    choose(app, scored_file.REFUSED)
    table = app.dataframe[0].value
    assert list(table["row"]) == [8]
    assert "liczb" in table["error"][0]
    held = app.session_state["files"][NAME].scored
    choose(app, "refuse")
    assert len(app.dataframe[0].value) == scored_file.count_choices(card, held.table)["refuse"] > 0
    assert len(watched.sent) == 1


def test_a_model_that_is_served_anew_is_asked_by_the_button(
    watched: Watched, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("files", model=NAME, lang="en")
    drop(app, content_of(card, rows_of(card)))
    sent: upload_job.UploadJob = app.session_state["files"][NAME]
    assert sent.scored
    monkeypatch.setattr(sent, "scored", replace(sent.scored, version="old"))
    app.run()
    assert "These results are from an earlier version of the model." in [each.value for each in app.info]
    again(app).click().run()
    arrived()
    app.run()
    assert not app.info
    assert "100 rows scored" in html_of(app)
    assert len(watched.sent) == 2


def test_what_one_visitor_drops_no_other_sees(watched: Watched, card: Card) -> None:
    one, two = (opened("files", model=NAME, lang="en") for _ in range(2))
    drop(one, content_of(card, rows_of(card)))
    two.run()
    assert "rows scored" in html_of(one)
    assert "rows scored" not in html_of(two)
    drop(two, content_of(card, rows_of(card, 30)))
    one.run()
    assert "100 rows scored" in html_of(one)
    assert "30 rows scored" in html_of(two)
    assert len(watched.sent) == 2


def test_a_copy_on_disk_holds_what_was_dropped() -> None:
    with upload_job.copy_to_disk(io.BytesIO(b"a;b\n1;2\n")) as kept:
        kept.seek(0)
        assert kept.read() == b"a;b\n1;2\n"
