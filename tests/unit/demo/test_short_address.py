"""Promises of the address: it is shorter than 4 kB, whatever a person enters, and means the same."""

import random
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from demo.address import link_store
from demo.address.link_store import LinkStore
from demo.address.parameters import PACKED, STORED
from demo.address.short_address import UnknownLink, expand, shorten
from demo.private_folder import private_folder

MAX_ADDRESS = 4_000
COMMON = {"model": "comment-sentiment", "lang": "pl"}
PLAIN_TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=3_000)


def store_in(folder: Path) -> LinkStore:
    return LinkStore(folder)


def cjk_text(letters: int) -> str:
    chooser = random.Random(7)
    return "".join(chr(chooser.randint(0x4E00, 0x9FFF)) for _ in range(letters))


def test_the_address_of_two_thousand_random_chinese_letters_is_short(tmp_path: Path) -> None:
    parameters = COMMON | {"start": "given", "comment": cjk_text(2_000)}
    assert len(urlencode(parameters)) > 18_000
    short = shorten(parameters, store_in(tmp_path))
    assert len("https://models.example.com/?" + urlencode(short)) < MAX_ADDRESS
    assert expand(short, store_in(tmp_path)) == parameters


@pytest.mark.parametrize(
    "text",
    ["Świetna obsługa, dziękuję! " * 74, "😀" * 1_000, cjk_text(1_000), "x" * 2_000],
    ids=["polish", "emoji", "chinese", "ascii"],
)
def test_a_link_with_an_ordinary_long_text_needs_no_store(text: str, tmp_path: Path) -> None:
    short = shorten(COMMON | {"comment": text}, store_in(tmp_path))
    assert short.keys() == {"model", "lang", PACKED}
    assert len(urlencode(short)) < MAX_ADDRESS
    assert list(tmp_path.iterdir()) == []


def test_a_short_address_stays_readable(tmp_path: Path) -> None:
    parameters = COMMON | {"start": "happy", "comment": "Not bad"}
    assert shorten(parameters, store_in(tmp_path)) == parameters == expand(parameters, store_in(tmp_path))


@given(some.dictionaries(some.sampled_from(["start", "view", "kept", "comment"]), PLAIN_TEXT))
def test_a_shortened_address_means_the_same(tmp_path_factory: pytest.TempPathFactory, parameters: dict[str, str]) -> None:
    store = store_in(tmp_path_factory.mktemp("links"))
    short = shorten(COMMON | parameters, store)
    assert len(urlencode(short)) < MAX_ADDRESS
    assert expand(short, store) == COMMON | parameters


@given(some.text(max_size=60))
def test_a_damaged_link_is_unknown_and_nothing_worse(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    store = store_in(tmp_path_factory.mktemp("links"))
    for name in (PACKED, STORED):
        with pytest.raises(UnknownLink):
            expand(COMMON | {name: text}, store)


@pytest.mark.parametrize("link_id", ["../../etc/passwd", "", "x" * 20, "a/b", "x" * 5_000, "\0" * 20])
def test_an_id_that_the_store_did_not_give_finds_nothing(link_id: str, tmp_path: Path) -> None:
    assert store_in(tmp_path).get(link_id) is None


def test_a_stored_link_is_found_by_another_process_and_a_changed_file_is_not(tmp_path: Path) -> None:
    link_id = store_in(tmp_path).put("content")
    assert link_id is not None
    assert store_in(tmp_path).put("content") == link_id
    assert store_in(tmp_path).get(link_id) == "content"
    (tmp_path / link_id).write_text("other")
    assert store_in(tmp_path).get(link_id) is None


def test_the_store_holds_the_newest_links_for_a_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_store, "MAX_LINKS", 3)
    now = [1_000_000.0]
    store = LinkStore(tmp_path, lambda: now[0])
    ids = []
    for text in ("a", "b", "c", "d"):
        ids.append(store.put(text) or "")
        now[0] += 1
    assert [store.get(each) for each in ids] == [None, "b", "c", "d"]
    now[0] += link_store.MAX_AGE_SECONDS
    store.put("e")
    assert [store.get(each) for each in ids] == [None, None, None, None]


def test_an_address_that_the_store_does_not_take_stays_whole(tmp_path: Path) -> None:
    parameters = COMMON | {"comment": cjk_text(2_000)}
    short = shorten(parameters, store_in(tmp_path / "missing"))
    assert expand(short, store_in(tmp_path)) == parameters
    assert store_in(tmp_path).put("x" * (link_store.MAX_BYTES + 1)) is None


def test_the_folder_of_links_is_private_and_the_same_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = private_folder("links")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert private_folder("links") == folder
    folder.chmod(0o755)
    assert private_folder("links") != folder
