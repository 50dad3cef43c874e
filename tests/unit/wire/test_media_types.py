"""Promises about Content-Type and Accept."""

import pytest

from wire.media_types import (
    ARROW,
    COMPRESSIONS,
    CSV,
    JSON,
    MEDIA_TYPES,
    PARQUET,
    Kind,
    kind_of,
    parse_content_type,
    preferred_kind,
)


@pytest.mark.parametrize(
    ("header", "media_type", "charset"),
    [
        ("application/json", JSON, ""),
        ("Text/CSV", CSV, ""),
        ("text/csv; charset=windows-1250", CSV, "windows-1250"),
        ('text/csv ;header=present; Charset="UTF-8"', CSV, "utf-8"),
        (f" {PARQUET} ", PARQUET, ""),
        ("", "", ""),
        (";;=;charset", "", ""),
    ],
)
def test_a_content_type_is_a_media_type_and_a_charset(header: str, media_type: str, charset: str) -> None:
    assert parse_content_type(header) == (media_type, charset)


def test_every_kind_has_a_media_type_and_nothing_else_is_a_kind() -> None:
    assert {kind_of(media_type) for media_type in MEDIA_TYPES.values()} == {"json", "csv", "arrow", "parquet", "xlsx"}
    assert {kind_of(media_type) for media_type in COMPRESSIONS} == {"csv"}
    assert kind_of("text/html") is None


@pytest.mark.parametrize(
    ("accept", "default", "kind"),
    [
        ("", "csv", "csv"),
        ("*/*", "arrow", "arrow"),
        ("text/csv", "json", "csv"),
        (f"{ARROW};q=0.5, {PARQUET}", "json", "parquet"),
        (f"{ARROW}; q=0.5, {PARQUET}; q=0.4", "json", "arrow"),
        ("text/html, */*;q=0.1", "parquet", "parquet"),
        ("text/*", "arrow", "csv"),
        ("text/*", "csv", "csv"),
        ("application/*", "parquet", "parquet"),
        ("application/*", "csv", "json"),
        ("text/html", "json", None),
        ("text/csv;q=0", "json", None),
        ("text/csv;q=-1", "json", None),
        ("text/csv;q=2", "json", None),
        ("text/csv;q=nan, application/json;q=0.001", "csv", "json"),
        ("application/json, text/csv", "arrow", "json"),
        ("text/csv, application/json", "arrow", "csv"),
    ],
)
def test_the_answer_is_of_the_kind_that_accept_prefers(accept: str, default: Kind, kind: Kind | None) -> None:
    assert preferred_kind(accept, default) == kind
