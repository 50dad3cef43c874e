"""Promises of the answer for a picture: its label first, the bars of all labels, and the heat map of its reasons."""

import re

import pytest

from demo.drawings import answer_drawing
from demo.text import answer_html, heat_map, wording
from demo.text.heat_map import HeatMap
from demo.views import comparison_table, explanation_view
from tests.support.demo_cards import ENGLISH, EVIL, POLISH, card_of
from tests.support.demo_pictures import GARMENTS, garment_card, garment_explanation, garment_prediction, make_url

CARD = garment_card()
ROW = {"picture": make_url(shade=90)}
SNEAKER = garment_prediction("sneaker", 0.93)


def test_the_answer_among_many_labels_is_the_likeliest_with_its_share() -> None:
    assert wording.format_prediction(CARD, SNEAKER, ENGLISH) == "Sneaker, 93%"
    html = answer_html.build_large_answer(CARD, SNEAKER, POLISH)
    assert '<span class="number label-text">Sneaker</span><span class="unit">93%</span>' in html
    assert wording.answer_column(CARD) == "label"


def test_few_labels_keep_the_probability_of_one_as_their_answer() -> None:
    three = card_of([], {"kind": "classification", "labels": [{"value": name} for name in "abc"], "focus": "b"})
    assert not wording.names_label(three)


def test_all_labels_are_bars_the_likeliest_first_and_all_but_three_are_folded() -> None:
    shares = garment_prediction("bag", 0.4) | {
        "probabilities": dict(zip(GARMENTS, (0.1, 0.05, 0.2, 0, 0.15, 0.1, 0.4), strict=True))
    }
    html = answer_html.build_most_likely(CARD, shares, ENGLISH)
    shown, folded = html.split("<details>")
    assert re.findall(r'share-name">(\w+)', shown) == ["Bag", "Dress", "Sandal"]
    assert re.findall(r'share-name">(\w+)', folded) == ["Shirt", "Sneaker", "Trouser", "Coat"]
    assert "4 other labels" in folded
    assert 'style="width:40.0%"' in shown


def test_a_heat_map_has_a_rectangle_for_each_patch_that_counts_and_an_outline_of_the_strongest_part() -> None:
    html = explanation_view.build_explanation(CARD, ROW, garment_explanation(), garment_explanation(), ENGLISH)
    patches = re.findall(r'<i class="(\w+)" style="left:([\d.]+)%;top:([\d.]+)%;width:50.00%;height:50.00%;?o?p?', html)
    assert patches == [
        ("up", "0.00", "0.00"),
        ("down", "50.00", "0.00"),
        ("up", "50.00", "50.00"),
        ("frame", "50.00", "50.00"),
    ]
    assert re.findall(r"opacity:([\d.]+)", html) == ["0.12", "0.23", "0.70"], "a patch that does not count is not coloured"
    assert f'src="{ROW["picture"]}"' in html
    assert 'aria-label="It is a sneaker."' in html, "the sentence says where the strongest part is"
    assert "Framed: the most important part." in html, "not in colours alone"
    assert "speaks for “Sneaker”" in html
    assert "Why 93% for “Sneaker”" in html


@pytest.mark.parametrize("picture", [EVIL, "https://example.com/x.png", "data:image/svg+xml;base64,AAAA", "None"])
def test_a_heat_map_never_takes_anything_but_a_picture_into_the_page(picture: str) -> None:
    html = heat_map.build_html(HeatMap(picture, 28, 28, [((0, 0, 14, 14), 1.0)]), EVIL)
    assert "<img" not in html
    assert "<script>" not in html


def test_the_heat_map_of_a_document_is_as_large_as_its_place() -> None:
    drawing = answer_drawing.draw_explanation(CARD, garment_explanation(), ENGLISH, row=ROW, width=200, size=13)
    assert drawing is not None
    assert (drawing.width, drawing.height) == (200, 200)
    assert f'<image href="{ROW["picture"]}" width="28" height="28"' in drawing.content
    assert len(re.findall(r'x="14" y="14" width="14" height="14" fill="none"', drawing.content)) == 2


def test_compare_shows_the_heat_map_as_the_reasons_of_a_picture() -> None:
    assert "heat-map" in comparison_table._build_reasons(CARD, ROW, garment_explanation(), ENGLISH)
    assert comparison_table.describe_strongest_reason(CARD, garment_explanation(), ENGLISH) == "lower right +60"


@pytest.mark.parametrize(
    ("region", "place"),
    [
        ((0, 0, 4, 4), "upper left"),
        ((12, 12, 4, 4), "middle"),
        ((24, 10, 4, 8), "middle right"),
        ((0, 26, 28, 2), "lower middle"),
    ],
)
def test_a_part_of_a_picture_has_a_place_in_words(region: tuple[int, int, int, int], place: str) -> None:
    assert heat_map.describe_place((28, 28), region, ENGLISH) == place
