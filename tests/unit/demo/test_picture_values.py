"""Promises of pictures and vectors: shown safely on every page, and found again by a link that cannot hold them."""

import re
from typing import Any

import pyarrow as pa
import pytest

from client import Card, Row
from demo.exports import case_code
from demo.fields import field_types
from demo.fields.arrays.array_field import digest_array
from demo.leave_behind import case_part
from demo.live.stages import case_views
from demo.review import answer_text, entry_html
from demo.session import cases, saved_cases
from demo.session.cases import Case
from demo.slides import slide_view
from demo.text.picture_html import is_picture, read_size
from demo.views import case_story, comparison_table, row_table
from tests.support.demo_cards import ENGLISH, EVIL, POLISH, card_of
from tests.support.demo_pictures import (
    PICTURE,
    VECTOR,
    advert_card,
    garment_card,
    garment_explanation,
    garment_prediction,
    make_url,
)
from wire.cells.text_style import PROGRAM_STYLE

OWN = make_url(40, 30, shade=200)
MARK = "iVBORw0KGgo"
"""The first bytes of every PNG in base64."""
HOSTILE = [
    "data:image/svg+xml;base64,PHN2Zz4=",
    "data:text/html;base64,PHN2Zz4=",
    "data:image/png;base64,",
    'data:image/png;base64,AAAA" onerror="alert(1)',
    "data:image/png;base64,AAAA\n",
    "data:image/png;base64,AA%3D",
    "data:image/png,AAAA",
    "DATA:image/png;base64,AAAA",
    "https://example.com/a.png",
    "javascript:alert(1)",
    EVIL,
]


def of(field: dict[str, Any]) -> Any:
    return field_types.of(field)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_no_picture_is_text_and_no_source_of_html(value: str) -> None:
    assert not is_picture(value)
    for shown in (of(PICTURE).build_value(value, ENGLISH), of(PICTURE).build_large(value, ENGLISH)):
        assert not hasattr(shown, "__html__"), "the page escapes it"
    with pytest.raises(ValueError, match="picture"):
        of(PICTURE).check(value)


def test_a_picture_is_shown_with_the_label_as_its_alternative_text() -> None:
    assert of(PICTURE).build_value(OWN, ENGLISH) == f'<img class="thumbnail pixels" src="{OWN}" alt="Photo">'
    assert 'class="picture"' in of(PICTURE).build_large(make_url(512, 300), ENGLISH), "only small ones show their pixels"
    evil = {**PICTURE, "label": EVIL}
    assert "<script>" not in of(evil).build_value(OWN, ENGLISH)


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (512, 3), (70_000, 2)])
def test_the_size_of_a_png_is_read_from_its_header(size: tuple[int, int]) -> None:
    assert read_size(make_url(*size)) == size
    assert read_size("data:image/jpeg;base64,/9j/4AAQ") is None
    assert read_size("data:image/png;base64,iVBO") is None


def test_a_sentence_says_what_an_array_is_and_never_its_content() -> None:
    assert of(PICTURE).value_text(OWN, ENGLISH) == "picture, 40 × 30 pixels"
    assert of(VECTOR).value_text([1.0, 2.0, 3.0], POLISH) == "3 liczby"
    assert of(VECTOR).caption([1.0, 2.0, 3.0], ENGLISH) == "Computed at night: 3 numbers"
    assert of(VECTOR).value_text([1.0, 2.0], ENGLISH) == "…", "a vector of another length"


@pytest.mark.parametrize("value", [[1.0, 2.0], [1.0, 2.0, "3"], [1.0, 2.0, True], [1.0, 2.0, float("nan")], "1,2,3", 3])
def test_a_vector_is_a_list_of_its_length_of_finite_numbers(value: Any) -> None:
    with pytest.raises(ValueError, match="embedding"):
        of(VECTOR).check(value)
    assert of(VECTOR).check([1, 2.5, -3]) == [1, 2.5, -3]


# Every page that shows a row

CARD = advert_card()
ROW: Row = {"picture": OWN, "embedding": [0.125, -7.5, 3.0], "hour": 8}
CHANGED = Case("real-1", CARD["real_rows"][0], ROW)
ENTRY: Any = {"row": ROW, "shown": {}}
SEEN: Any = garment_explanation() | {"contributions": []}

SHOWN = {
    "a line of the feed": case_story.build_row(CARD, ROW, ENGLISH),
    "what was changed": case_story.describe_changes(CARD, CHANGED, ENGLISH),
    "compare": comparison_table._build_value_rows(
        CARD, [saved_cases.save_row(CARD, name, row) for name, row in (("a", CARD["real_rows"][0]), ("b", ROW))], ENGLISH
    ),
    "a line of review": answer_text.build_case(CARD, ROW, ENGLISH),
    "a line of review without its model": answer_text.build_case(None, ROW, ENGLISH),
    "an entry of review": entry_html.build_case(ENTRY, CARD, ENGLISH),
    "an entry of review without its model": entry_html.build_case(ENTRY, None, ENGLISH),
    "the large screen": slide_view.build_facts(CARD, ROW, CARD["real_rows"][0], ENGLISH),
    "the document": case_part.build_values(CARD, ROW, ENGLISH),
    "a phone": case_views.build_fields(CARD, ROW, ENGLISH),
}


@pytest.mark.parametrize("page", SHOWN)
def test_every_page_shows_a_thumbnail_and_no_base64_and_no_number_of_a_vector(page: str) -> None:
    html = str(SHOWN[page])
    pictures = re.findall(r'<img class="[a-z ]+" src="[^"]+" alt="[^"]*">', html)
    assert bool(pictures) == (page != "what was changed")
    text = re.sub(r"<img [^>]+>", "", html)
    assert MARK not in text
    assert "base64" not in text
    assert "-7.5" not in text


def test_a_picture_alone_is_shown_large_on_the_screen_and_named_in_a_sentence() -> None:
    card = garment_card()
    assert 'class="picture pixels"' in slide_view.build_facts(card, {"picture": OWN}, {"picture": OWN}, ENGLISH)
    assert case_story.describe_row(card, {"picture": OWN}, ENGLISH) == "Photo picture, 40 × 30 pixels"


def test_a_table_of_scored_rows_says_what_a_picture_and_a_vector_are() -> None:
    cells = {"picture": [OWN, "shoe.jpg", None], "embedding": [[0.125, -7.5, 3.0], [1.0, 2.0, 3.0], None], "hour": [1, 2, 3]}
    frame = row_table.style_rows(CARD, pa.table(cells), PROGRAM_STYLE, ENGLISH).data  # type: ignore[attr-defined]
    assert frame["picture"].tolist() == ["picture, 40 × 30 pixels", "shoe.jpg", "not known"]
    assert frame["embedding"].tolist() == ["3 numbers", "3 numbers", "not known"]


# Links


def reopened(card: Card, case: Case, arrays: dict[str, Any] | None = None) -> Case:
    return cases.decode_case(card, cases.encode_case(card, case, "en"), arrays or {})


@pytest.mark.parametrize(("card", "start"), [(garment_card(), "e20"), (advert_card(), "real-2")])
def test_an_example_and_a_real_case_keep_their_arrays_in_a_link(card: Card, start: str) -> None:
    case = cases.start_case(card, start)
    link = cases.encode_case(card, case, "en")
    assert MARK not in str(link)
    assert len(str(link)) < 200
    again = reopened(card, case)
    assert (again.start, again.row, again.missing_arrays, again.rejected) == (start, case.row, [], [])


def test_a_changed_field_leaves_the_arrays_of_the_start_as_they_are() -> None:
    case = cases.start_case(CARD, "real-2")
    case.row = case.row | {"hour": 22}
    again = reopened(CARD, case)
    assert again.row == case.row
    assert again.changed() == ["hour"]


def test_another_version_finds_the_picture_of_an_example_that_it_still_has() -> None:
    case = cases.start_case(garment_card(), "e20")
    newer = garment_card(version="v2", examples=[{"name": "other", "row": case.row}])
    opened = cases.decode_case(newer, cases.encode_case(garment_card(), case, "en"))
    assert (opened.start, opened.row, opened.missing_arrays) == (cases.EXTERNAL, case.row, [])


def test_an_own_picture_is_found_within_the_visit_and_else_named_as_lost() -> None:
    card = garment_card()
    case = cases.start_case(card, "e20")
    case.row = {"picture": OWN}
    own = {digest_array(OWN): OWN}
    assert reopened(card, case, own).row == {"picture": OWN}
    lost = reopened(card, case)
    assert (lost.row, lost.missing_arrays, lost.rejected) == (case.start_row, ["picture"], [])


def test_a_picture_of_the_visit_that_does_not_fit_the_field_is_not_used() -> None:
    link = {"start": "real-1@v1", "embedding": "~0123456789abcdef"}
    case = cases.decode_case(CARD, link, {"~0123456789abcdef": [1.0]})
    assert case.row == CARD["real_rows"][0]


def test_kept_cases_name_their_pictures_in_a_link_and_find_them_again() -> None:
    card = garment_card()
    kept = [
        saved_cases.save_row(card, "One", card["examples"][1]["row"]),
        saved_cases.save_row(card, "Own", {"picture": OWN}),
    ]
    text = saved_cases.encode_saved_cases({card["name"]: kept})
    assert len(text) < 300
    tree = saved_cases.decode_saved_cases(text)[card["name"]]
    assert saved_cases.check_saved_cases(card, tree) == (kept[:1], True), "an own picture is in no link"
    assert saved_cases.check_saved_cases(card, tree, {digest_array(OWN): OWN}) == (kept, False)


def test_a_changed_prediction_of_a_picture_is_told_by_its_labels() -> None:
    card = garment_card()
    case = cases.start_case(card, "e20")
    case.row = {"picture": OWN}
    start, now = garment_prediction("bag", 0.9), garment_prediction("sneaker", 0.93)
    sentence = " ".join(case_story.describe_case(card, case, start, now, ENGLISH))
    assert sentence == "Started at “Bag, 90%”, now “Sneaker, 93%” You changed Photo."


def test_what_somebody_typed_beside_a_picture_ends_its_own_directions_and_is_cut() -> None:
    override = "\N{RIGHT-TO-LEFT OVERRIDE}"
    without_card = str(answer_text.build_case(None, {override + "n" * 500: override + "v" * 500}, ENGLISH))
    assert len(re.findall(rf'<bdi class="typed">{override}[nv]{{20,100}}…</bdi>', without_card)) == 2
    card = card_of([PICTURE, {"name": "note", "type": "text"}])
    with_picture = str(case_story.build_row(card, {"picture": OWN, "note": override + "t" * 500}, ENGLISH))
    assert re.search(rf'<bdi class="typed">{override}t{{20,200}}…</bdi>', with_picture)
    no_picture = str(case_story.build_row(card, {"picture": override, "note": "t"}, ENGLISH))
    assert f'<bdi class="typed">{override}</bdi>' in no_picture


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_model_of_a_vector_alone_is_not_told_of_photographs_or_words(language: str) -> None:
    card = card_of([VECTOR])
    case = Case("e", {"embedding": [1.0, 2.0, 3.0]}, {"embedding": [1.0, 2.0, 3.0]})
    answer, tr = garment_prediction("bag", 0.9), ENGLISH if language == "en" else POLISH
    said = {
        "".join(case_story.describe_case(card, case, answer, answer, tr)),
        case_story.describe_nothing_to_vary(card, tr),
        case_story.describe_nothing_to_change(card, tr),
    }
    begins = "This model uses only numbers" if language == "en" else "Ten model używa tylko liczb"
    assert len(said) == 1
    assert said.pop().startswith(begins)


def test_the_code_of_a_case_reads_a_jpeg_as_a_jpeg() -> None:
    jpeg, card = "data:image/jpeg;base64,/9j/4AAQ", garment_card()
    row: Row = {"picture": jpeg}
    ((file, content),) = case_code.case_pictures(card, row).items()
    assert (file.name, file.media_type, content) == ("picture.jpg", "image/jpeg", b"\xff\xd8\xff\xe0\x00\x10")
    for language in ("curl", "python", "csharp", "javascript", "r", "power-query"):
        code = case_code.write_case_code(language, "http://x", card, row, with_key=False)
        assert code is not None
        assert "picture.jpg" in code.text
        assert "jpeg" in code.text
