"""Promises of the picture of a key: what was found on it, and the picture itself for browsers and caches."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from client import Refused
from service.rows.strict_json import encode
from service.store import run_history
from service.store.run_history import Progress
from service.store.store import Store
from tests.support.formula_models import FLAT_ROW
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.stored_entities import FLATS, put_features

TEXTS = [{"text": "od 5 zł", "box": [[0.1, 0.2], [0.5, 0.2], [0.5, 0.3], [0.1, 0.3]], "score": 0.99}]
DETAILS = {"digest": "d1", "width": 60, "height": 40, "texts": TEXTS, "colours": [{"colour": "#aabbcc", "share": 1.0}]}
JPEG = b"\xff\xd8 a picture \xff\xd9"


def put_pictures(store: Store, keys: list[str], *, digest: str = "d1", preview: bytes = b"") -> str:
    """Publish a run of features of pictures."""
    begun = run_history.resume_or_start(store, "features", "flat-price", "v", f"pictures {digest} {preview!r}")
    more = {
        "digest": digest,
        "method": "m",
        "details": encode(DETAILS).decode(),
        "preview": preview or JPEG + digest.encode(),
    }
    rows: list[dict[str, Any]] = [
        {"key": key, "place": place, "fields": encode(FLAT_ROW).decode(), "computed_at": run_history.now(), **more}
        for place, key in enumerate(keys, start=1)
    ]
    run_history.store_batch(store, Progress(begun.run, len(rows), ""), rows, [], 0.1)
    run_history.publish(store, begun.run)
    return begun.run


def test_a_key_has_what_was_found_on_its_picture_and_the_picture(app: TestClient, store: Store) -> None:
    run = put_pictures(store, ["7", "a/b"])
    for key in ("7", "a/b"):
        entity = client_of(app).entity("flat-price", key)
        picture = entity.get("stored_picture")
        assert picture
        assert entity["stored_features"]
        expected = {name: value for name, value in DETAILS.items() if name != "digest"}
        assert dict(picture) == expected | {"run": run, "computed_at": entity["stored_features"]["computed_at"]}
        assert client_of(app).entity_picture("flat-price", key) == JPEG + b"d1"
    answer = app.get(f"{FLATS}/entities/7/picture")
    assert (answer.headers["content-type"], answer.headers["content-length"]) == ("image/jpeg", str(len(JPEG) + 2))
    assert app.head(f"{FLATS}/entities/7/picture").status_code == 200


def test_a_browser_asks_again_and_gets_a_picture_only_if_it_is_another(app: TestClient, store: Store) -> None:
    put_pictures(store, ["7"])
    path = f"{FLATS}/entities/7/picture"
    first = app.get(path)
    assert first.headers.get_list("cache-control") == ["private, no-cache"]
    again = app.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    put_pictures(store, ["7"], digest="d2")
    changed = app.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.content) == (200, JPEG + b"d2")
    put_pictures(store, ["7"], digest="d2", preview=JPEG)  # the same file, measured by a newer program
    newer = app.get(path, headers={"If-None-Match": changed.headers["etag"]})
    assert (newer.status_code, newer.content) == (200, JPEG)


@pytest.mark.parametrize(
    ("given", "code"), [("*", 304), ('"other", W/{tag}', 304), ('{tag},"other"', 304), ('"other"', 200), ("", 200)]
)
def test_if_none_match_is_a_list_or_anything(given: str, code: int, app: TestClient, store: Store) -> None:
    put_pictures(store, ["7"])
    path = f"{FLATS}/entities/7/picture"
    tag = app.get(path).headers["etag"]
    assert app.get(path, headers={"If-None-Match": given.replace("{tag}", tag)}).status_code == code


def test_a_key_that_ends_like_the_address_of_a_picture_is_a_key(app: TestClient, store: Store) -> None:
    put_pictures(store, ["a/picture", "a"])
    assert app.get(f"{FLATS}/entities/{quote('a/picture', safe='')}").json()["id"] == "a/picture"
    assert app.get(f"{FLATS}/entities/{quote('a/picture', safe='')}/picture").content == JPEG + b"d1"
    assert app.get(f"{FLATS}/entities/a/picture").headers["content-type"] == "image/jpeg"


def test_what_has_no_picture_is_404(app: TestClient, store: Store) -> None:
    put_features(store, "flat-price", {"1": FLAT_ROW})
    assert app.get(f"{FLATS}/entities/1").json()["stored_picture"] is None
    for path in (f"{FLATS}/entities/1/picture", f"{FLATS}/entities/2/picture", "/v1/models/plain/entities/1/picture"):
        check_problem(app.get(path), 404, "unknown_entity")
    check_problem(app.get("/v1/models/nothing/entities/1/picture"), 404, "unknown_model")
    with pytest.raises(Refused):
        client_of(app).entity_picture("flat-price", 1)


@pytest.mark.parametrize("damaged", ["", "{", json.dumps(DETAILS | {"texts": [1]}), "null"])
def test_damaged_details_are_503(damaged: str, app: TestClient, store: Store) -> None:
    put_pictures(store, ["7"])
    with store.writing() as connection:
        connection.execute(text("UPDATE stored_pictures SET details = :damaged"), {"damaged": damaged})
    check_problem(app.get(f"{FLATS}/entities/7"), 503, "storage_unavailable")
