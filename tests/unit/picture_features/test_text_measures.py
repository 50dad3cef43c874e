"""Promises of what is measured of texts on a picture: their language, their words, their share of the picture."""

import pytest

from service.picture_features.text_measures import count_words, find_text_language, text_share

LANGUAGES = {
    "Świeże bułki od piekarza": "pl",
    "Promocja do 24.12.2026, -30%": "pl",
    "od 49,99 zł": "pl",
    "Naprawa rowerów": "pl",
    "Fresh coffee every day": "en",
    "SALE": "en",
    "Now only £3.50": "en",
    "Handmade soap": "en",
    "Kaffee und Kuchen für die ganze Familie": "none",
    "49,99 zł": "none",
    "12 345": "none",
    "": "none",
}


@pytest.mark.parametrize(("line", "language"), LANGUAGES.items())
def test_the_language_of_a_short_text_is_found(line: str, language: str) -> None:
    assert find_text_language([line]) == language


def test_the_language_is_that_of_most_words() -> None:
    assert find_text_language(["Sale", "Wyprzedaż na wszystko, tylko dziś"]) == "pl"


def test_words_have_a_letter_or_a_digit() -> None:
    assert count_words(["Źródło ciszy — śpij dobrze", "od 49,99 zł", "***"]) == 7


def test_the_share_of_text_counts_an_area_once() -> None:
    quarter = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5))
    below = ((0.0, 0.25), (0.5, 0.25), (0.5, 0.75), (0.0, 0.75))
    assert text_share([]) == 0
    assert text_share([quarter]) == pytest.approx(0.25, abs=0.002)
    assert text_share([quarter, quarter]) == text_share([quarter])
    assert text_share([quarter, below]) == pytest.approx(0.375, abs=0.002)
