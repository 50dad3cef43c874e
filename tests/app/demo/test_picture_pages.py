"""Every page of the demo with pictures and vectors, over the stub service: shown, uploaded, refused, lost in a link."""

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from demo.fields.arrays.array_field import digest_array
from tests.support.demo_pages import PAGES, html_of, opened, quiet, widget
from tests.support.demo_pictures import HOUR, PICTURE, VECTOR, make_png, make_url
from tests.support.stub_service import StubService, hand_made, problem

ROWS = [{"picture": make_url(shade=shade), "embedding": [0.5, -7.125, shade], "hour": 7} for shade in (30, 40, 50)]
OWN = make_png(300, 200, shade=99)
OWN_URL = make_url(300, 200, shade=99)
JPEG = b"\xff\xd8\xff\xe0 a photograph"


def adverts(**more: Any) -> dict[str, Any]:
    examples = [{"name": "first", "label": "First", "row": ROWS[0]}, {"name": "second", "label": "Second", "row": ROWS[1]}]
    return hand_made([PICTURE, VECTOR, HOUR], examples=examples, real_rows=ROWS[2:], **more)


def words_of(app: AppTest) -> str:
    texts = [*app.caption, *app.markdown, *app.info, *app.title]
    return html_of(app) + " ".join(each.value for each in texts)


def upload(app: AppTest, content: bytes = JPEG) -> AppTest:
    app.file_uploader[0].set_value(("photo.jpg", content, "image/jpeg")).run()
    return quiet(app)


def last_row(stub: StubService) -> Any:
    return stub.request_bodies[-1]["rows"][0]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_pictures_as_pictures_and_no_bytes_of_them(path: str, stub: StubService) -> None:
    stub.cards = [adverts(entity={"key": "id"})]
    stub.features = ROWS[0]
    app = opened(lang="en")
    app.button(key="keep").click()
    app = quiet(opened(path, **quiet(app.run()).query_params | {"view": "=7" if path == "clients" else ""}))
    assert not [problem_.value for problem_ in app.exception]
    text = re.sub(r'data-picture="[^"]+"', "", words_of(app))  # the file of the button that shares a picture
    text = re.sub(r'(src|href)="data:image/png;base64,[A-Za-z0-9+/=]+"', "", text)
    if path != "take-away":  # code that asks the API has the value itself
        assert "base64" not in text
        assert "-7.125" not in text


def test_an_example_is_chosen_by_its_thumbnail_and_keeps_its_vector_when_another_field_changes(stub: StubService) -> None:
    stub.cards = [adverts()]
    app = quiet(opened(lang="en"))
    app.button(key="picture-example/fifth/1").click()
    quiet(app.run())
    assert last_row(stub) == ROWS[1]
    widget(app, "hour").set_value("22")
    quiet(app.run())
    assert last_row(stub) == ROWS[1] | {"hour": 22}
    assert "Computed at night: 3 numbers" in words_of(app)
    again = quiet(opened(**app.query_params))
    assert last_row(stub) == ROWS[1] | {"hour": 22}
    assert not [info for info in again.info if "link" in info.value]


def test_an_upload_is_sent_once_and_the_row_keeps_the_picture_of_the_service(stub: StubService) -> None:
    stub.cards, stub.picture = [adverts()], OWN
    app = upload(opened(lang="en"))
    assert stub.sent_pictures[0] == ("/v1/pictures", JPEG)
    assert last_row(stub) == ROWS[0] | {"picture": OWN_URL}
    assert f'src="{OWN_URL}" alt="Photo"' in html_of(app)
    quiet(app.run())
    paths = [path for path, _ in stub.sent_pictures]
    assert paths == ["/v1/pictures", "/v1/pictures?width=28&height=28&colours=grey"], "then what the model sees, once"
    assert "The model sees 28 × 28 grey pixels." in html_of(app)
    assert app.query_params["picture"] == digest_array(OWN_URL)
    lost = quiet(opened(**app.query_params))
    assert last_row(stub) == ROWS[0]
    assert [info.value for info in lost.info if "pictures are not stored" in info.value]


@pytest.mark.parametrize(
    ("code", "language", "sentence"),
    [
        ("broken_picture", "en", "This file is damaged, or it is no picture."),
        ("picture_too_large", "pl", "Ten obraz jest za duży: najwyżej 10 MB i 24 mln pikseli (WebP: 12 mln)."),
        ("unsupported_picture", "pl", "Tego formatu nie można wczytać."),
        ("of the future", "en", "The model service did not accept this picture."),
    ],
)
def test_a_refused_picture_gets_a_sentence_and_the_picture_before_stays(
    code: str, language: str, sentence: str, stub: StubService
) -> None:
    stub.cards = [adverts()]
    stub.picture = problem(422, "invalid_input", [{"pointer": "", "code": code, "message": "No."}])
    app = upload(opened(lang=language))
    (alert,) = re.findall(r'<p class="fault" role="alert">([^<]+)</p>', html_of(app))
    assert alert.startswith(sentence)
    assert str(ROWS[0]["picture"]) in html_of(app)
    assert last_row(stub) == ROWS[0]
    stub.picture = OWN
    assert 'role="alert">' not in re.sub(r'<p class="fault too-large"[^>]+>', "", html_of(upload(app)))
    assert last_row(stub)["picture"] == OWN_URL


def test_what_the_model_sees_of_a_jpeg_is_asked_once_even_if_it_is_refused(stub: StubService) -> None:
    jpeg = "data:image/jpeg;base64,/9j/4AAQ"
    stub.cards, stub.picture = [adverts()], OWN
    stub.cards[0]["examples"][0]["row"] = ROWS[0] | {"picture": jpeg}
    app = quiet(quiet(opened(lang="en")).run())
    assert stub.sent_pictures == [("/v1/pictures?width=28&height=28&colours=grey", b"\xff\xd8\xff\xe0\x00\x10")]
    assert "The model sees 28 × 28 grey pixels." in html_of(app)
    stub.sent_pictures.clear()
    stub.picture = problem(422, "invalid_input", [{"pointer": "", "code": "broken_picture", "message": "No."}])
    quiet(quiet(opened(lang="en")).run())
    assert len(stub.sent_pictures) == 1


def test_two_pictures_have_their_own_inputs(stub: StubService) -> None:
    row = {"picture": ROWS[0]["picture"], "back": ROWS[1]["picture"]}
    stub.cards = [hand_made([PICTURE, PICTURE | {"name": "back"}], examples=[{"name": "e", "row": row}])]
    app = quiet(opened(lang="en"))
    assert not [each.value for each in app.exception]
    assert len(app.file_uploader) == 2


def test_kept_cases_with_lost_pictures_are_named_until_another_case_is_started(stub: StubService) -> None:
    stub.cards, stub.picture = [adverts()], OWN
    app = upload(opened(lang="en"))
    app.button(key="keep").click()
    again = quiet(quiet(opened(**quiet(app.run()).query_params)).run())
    assert [info.value for info in again.info if info.value.startswith("Kept cases with your own pictures are missing")]
    again.button(key="picture-example/fifth/1").click()
    assert not [info.value for info in quiet(again.run()).info if "Kept cases" in info.value]


def test_the_camera_opens_on_demand_alone(stub: StubService) -> None:
    stub.cards = [adverts()]
    app = quiet(opened(lang="en"))
    assert not app.get("camera_input")
    (button,) = [each for each in app.button if each.label == "Take a photo"]
    button.click()
    quiet(app.run())
    assert len(app.get("camera_input")) == 1


@pytest.mark.parametrize("path", ["what-if", "to-change"])
def test_a_model_of_a_picture_alone_says_why_there_is_nothing_to_vary(path: str, stub: StubService) -> None:
    stub.cards = [hand_made([PICTURE], examples=[{"name": "e", "row": {"picture": ROWS[0]["picture"]}}])]
    app = quiet(opened(path, lang="pl"))
    assert [info.value for info in app.info if "Ten model używa tylko obrazu" in info.value]
