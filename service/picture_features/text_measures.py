"""Measures of the texts on a picture: how much of it they cover, how many words, which language."""

import re

from PIL import Image, ImageDraw

from service.bundles.texts.language import likelier
from service.picture_features.text_recognition import Point

_MASK_SIDE = 1000
_WORD = re.compile(r"[^\W\d_]+")
_CURRENCIES = frozenset({"zł", "zl", "pln", "eur", "euro", "usd", "gbp", "gr"})
_POLISH_LETTERS = frozenset("ąćęłńśźżó")
_POLISH = (
    "i w z na do od po o u za ze we nie to się jest są dla już dziś jutro tylko teraz lub oraz bez przy co jak każdy "
    "nowa nowe nowy nasz nasza nasze twój twoja twoje swój dom dzień dni godzina cena ceny promocja rabat taniej nowość "
    "darmowa darmowy gratis dostawa zadzwoń sprawdź kup zamów wejdź przyjdź oferta sklep zawsze codziennie sezon lato zima "
    "jesień wiosna"
)
_ENGLISH = (
    "the a an and or of in on to for from with your our you we is are be it at by now only new free sale off buy get day "
    "days all every today tomorrow home price best more than this that shop order call visit try save week one per "
    "delivery summer winter autumn spring fresh made"
)
_POLISH_WORDS, _ENGLISH_WORDS = frozenset(_POLISH.split()), frozenset(_ENGLISH.split())


def text_share(boxes: list[tuple[Point, ...]]) -> float:
    """Return the share of the picture (0–1) under boxes of text; where boxes overlap, it counts once."""
    mask = Image.new("L", (_MASK_SIDE, _MASK_SIDE))
    draw = ImageDraw.Draw(mask)
    for box in boxes:
        draw.polygon([(x * (_MASK_SIDE - 1), y * (_MASK_SIDE - 1)) for x, y in box], fill=1)
    return round(mask.histogram()[1] / _MASK_SIDE**2, 4)


def count_words(lines: list[str]) -> int:
    """Return the number of words: what stands between spaces and has a letter or a digit."""
    return sum(any(letter.isalnum() for letter in word) for line in lines for word in line.split())


def find_text_language(lines: list[str]) -> str:
    """Return the language of the texts: pl, en, or none if they say too little or are in another language.

    Texts of adverts are short. So Polish letters and the most frequent words of both languages count first; only if they do
    not decide, a model of languages is asked.
    """
    words = [word for word in _WORD.findall(" ".join(lines).lower()) if word not in _CURRENCIES]
    polish = sum(word in _POLISH_WORDS or not _POLISH_LETTERS.isdisjoint(word) for word in words)
    english = sum(word in _ENGLISH_WORDS for word in words)
    if polish != english:
        return "pl" if polish > english else "en"
    return likelier(" ".join(words), ("pl", "en")) or "none"
