"""The media types of requests and answers, the headers that name them, and those of pictures by their first bytes."""

import re
from typing import Literal

from wire.accept_header import preferences

FileKind = Literal["csv", "arrow", "parquet", "xlsx"]
Kind = Literal["json", "csv", "arrow", "parquet", "xlsx"]
Compression = Literal["gzip", "zip", "zstd"]

JSON = "application/json"
PROBLEM = "application/problem+json"
JSON_LINES = "application/x-ndjson"
EVENTS = "text/event-stream"
CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GZIP, ZIP, ZSTD = "application/gzip", "application/zip", "application/zstd"

MEDIA_TYPES: dict[Kind, str] = {"json": JSON, "csv": CSV, "arrow": ARROW, "parquet": PARQUET, "xlsx": XLSX}
COMPRESSIONS: dict[str, Compression] = {GZIP: "gzip", ZIP: "zip", ZSTD: "zstd"}
"""The media types of compressed CSV files."""
_PICTURE_STARTS = {
    "image/png": re.compile(rb"\x89PNG"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "image/gif": re.compile(rb"GIF8"),
    "image/bmp": re.compile(rb"BM"),
    "image/tiff": re.compile(rb"II\*\0|MM\0\*"),
}
"""Media type → how the file of such a picture begins."""
MAX_PICTURE_BYTES = 10 * 2**20
"""No service takes a larger picture."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LOGO_TYPES = {"image/png", "image/jpeg", "image/webp"}
_KINDS: dict[str, Kind] = {media_type: kind for kind, media_type in MEDIA_TYPES.items()}
_MAX_CHARACTERS = 1000


def parse_content_type(content_type: str) -> tuple[str, str]:
    """Return the media type and the charset of a Content-Type, both in lower case; an empty charset if it names none."""
    media_type, *parameters = content_type[:_MAX_CHARACTERS].lower().split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset":
            charset = value.strip().strip('"')
    return media_type.strip(), charset


def kind_of(media_type: str) -> Kind | None:
    """Return the kind of a media type, or None if the service does not take it. A compressed file is a CSV."""
    return "csv" if media_type in COMPRESSIONS else _KINDS.get(media_type)


def preferred_kind(accept: str, default: Kind) -> Kind | None:
    """Return the kind of answer that an Accept header prefers; `default` for `*/*`, None if we have none of those named."""
    kinds = (_kind_of_range(media_range, default) for media_range in preferences(accept))
    return next((kind for kind in kinds if kind), None)


def find_picture_type(content: bytes) -> str | None:
    """Return the media type of a picture by its first bytes; None if they are not those of a picture."""
    return next((media_type for media_type, start in _PICTURE_STARTS.items() if start.match(content)), None)


def find_logo_type(content: bytes) -> str | None:
    """Return the media type of a PNG, JPEG or WebP file; None for another one, and for a PNG whose signature is damaged."""
    media_type = find_picture_type(content)
    is_damaged = media_type == "image/png" and not content.startswith(PNG_SIGNATURE)
    return media_type if media_type in _LOGO_TYPES and not is_damaged else None


def _kind_of_range(media_range: str, default: Kind) -> Kind | None:
    if media_range in {"", "*/*"}:
        return default
    if media_range in {"application/*", "text/*"}:
        fits = MEDIA_TYPES[default].startswith(media_range[:-1])
        return default if fits else "csv" if media_range == "text/*" else "json"
    return _KINDS.get(media_range)
