"""Promises of the address: it is shorter than 4 kB, whatever a person enters, and means the same."""

import random
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from demo.address.parameters import PACKED, STORED
from demo.address.short_address import UnknownLink, expand, shorten, store
from demo.private_folder import private_folder

MAX_ADDRESS = 4_000
COMMON = {"model": "comment-sentiment", "lang": "pl"}
PLAIN_TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=3_000)


class Texts:
    """Holds texts under ids, as the service does."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.by_id: dict[str, str] = {}
        self._is_full = is_full

    def put(self, text: str) -> str | None:
        if self._is_full:
            return None
        self.by_id[f"id{len(self.by_id)}"] = text
        return f"id{len(self.by_id) - 1}"

    def get(self, link_id: str) -> str | None:
        return self.by_id.get(link_id)


def cjk_text(letters: int) -> str:
    chooser = random.Random(7)
    return "".join(chr(chooser.randint(0x4E00, 0x9FFF)) for _ in range(letters))


def test_the_address_of_two_thousand_random_chinese_letters_is_short() -> None:
    parameters = COMMON | {"start": "given", "comment": cjk_text(2_000)}
    assert len(urlencode(parameters)) > 18_000
    texts = Texts()
    short = shorten(parameters, texts)
    assert len("https://models.example.com/?" + urlencode(short)) < MAX_ADDRESS
    assert expand(short, texts) == parameters


@pytest.mark.parametrize(
    "text",
    ["Świetna obsługa, dziękuję! " * 74, "😀" * 1_000, cjk_text(1_000), "x" * 2_000],
    ids=["polish", "emoji", "chinese", "ascii"],
)
def test_a_link_with_an_ordinary_long_text_needs_no_store(text: str) -> None:
    texts = Texts()
    short = shorten(COMMON | {"comment": text}, texts)
    assert short.keys() == {"model", "lang", PACKED}
    assert len(urlencode(short)) < MAX_ADDRESS
    assert texts.by_id == {}


def test_a_short_address_stays_readable() -> None:
    parameters = COMMON | {"start": "happy", "comment": "Not bad"}
    assert shorten(parameters, Texts()) == parameters == expand(parameters, Texts())


@given(some.dictionaries(some.sampled_from(["start", "view", "kept", "comment"]), PLAIN_TEXT))
def test_a_shortened_address_means_the_same(parameters: dict[str, str]) -> None:
    texts = Texts()
    short = shorten(COMMON | parameters, texts)
    assert len(urlencode(short)) < MAX_ADDRESS
    assert expand(short, texts) == COMMON | parameters


@given(some.text(max_size=60))
def test_a_damaged_link_is_unknown_and_nothing_worse(text: str) -> None:
    for name in (PACKED, STORED):
        with pytest.raises(UnknownLink):
            expand(COMMON | {name: text}, Texts())


def test_an_address_that_the_store_does_not_take_stays_whole() -> None:
    parameters = COMMON | {"comment": cjk_text(2_000)}
    assert expand(shorten(parameters, Texts(is_full=True)), Texts()) == parameters
    assert store(parameters, Texts(is_full=True)) is None


def test_a_stored_link_says_model_and_language_alone() -> None:
    texts = Texts()
    parameters = COMMON | {"comment": "My name is Zażółć"}
    stored = store(parameters, texts)
    assert stored == COMMON | {STORED: "id0"}
    assert expand(stored, texts) == parameters


def test_a_private_folder_is_private_and_the_same_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = private_folder("things")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert private_folder("things") == folder
    folder.chmod(0o755)
    assert private_folder("things") != folder
