"""The file of a bundle with the words that its model knows, for each text of a known language.

Words have two letters or more. Words of one letter, numbers, marks and emoticons say nothing about the language of a text.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from service.errors import BrokenBundle
from service.fields.lookup import text_fields
from service.schemas import Card

FILE = "vocabulary.json"
MAX_BYTES = 8 * 2**20
_MIN_LETTERS = 2

Vocabulary = dict[str, frozenset[str]]
"""Name of a text → the words that the model knows."""


def is_word(token: str) -> bool:
    """Return whether a token of a text counts as a word."""
    return len(token) >= _MIN_LETTERS and token[0].isalpha()


def find_words(tokens: Iterable[str]) -> list[str]:
    """Return the words among tokens."""
    return list(filter(is_word, tokens))


def write_vocabulary(folder: Path, vocabulary: Mapping[str, Iterable[str]]) -> None:
    """Write the words of each text; no file without texts."""
    if vocabulary:
        words = {name: sorted(find_words(tokens)) for name, tokens in vocabulary.items()}
        (folder / FILE).write_bytes(msgspec.json.encode(words, order="deterministic"))


def read_vocabulary(folder: Path, card: Card) -> Vocabulary:
    """Return the words of each text that has a language in the card. Raises BrokenBundle if the file does not fit."""
    file = folder / FILE
    if not file.exists():
        return {}
    if file.stat().st_size > MAX_BYTES:
        raise BrokenBundle(f"{FILE} is larger than {MAX_BYTES // 2**20} MB")
    try:
        words = msgspec.json.decode(file.read_bytes(), type=dict[str, list[str]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenBundle(f"{FILE} does not fit: {str(error)[:200]}") from error
    texts = {field.name for field in text_fields(card) if field.field.language}
    if not words.keys() <= texts:
        raise BrokenBundle(f"{FILE} has words of a text whose language the card does not name")
    return {name: frozenset(find_words(known)) for name, known in words.items()}
