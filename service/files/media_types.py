"""The kinds of file, by the media types that callers write."""

from typing import Literal

Kind = Literal["csv", "arrow", "parquet"]
AnswerKind = Literal["json", "csv", "arrow", "parquet"]

MEDIA_TYPES: dict[AnswerKind, str] = {
    "json": "application/json",
    "csv": "text/csv",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}
_KINDS: dict[str, AnswerKind] = {media: kind for kind, media in MEDIA_TYPES.items()}
_LONGEST = 1000


def kind_of(content_type: str) -> tuple[AnswerKind | None, str]:
    """Return the kind that a Content-Type names, and its charset; no kind where it is none of ours."""
    media, *parameters = content_type[:_LONGEST].split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return _KINDS.get(media.strip().lower()), charset


def accepted(accept: str, usual: AnswerKind) -> AnswerKind | None:
    """Return the kind of answer that Accept prefers; `usual` where any will do, None where we have none of those named."""
    wishes: list[tuple[float, AnswerKind]] = []
    for wish in accept[:_LONGEST].split(","):
        media, *parameters = wish.strip().lower().split(";")
        kind = usual if media.strip() in {"", "*/*"} else _KINDS.get(media.strip())
        if media.strip() in {"application/*", "text/*"}:
            same = MEDIA_TYPES[usual].startswith(media.strip()[:-1])
            kind = usual if same else "csv" if media.strip() == "text/*" else "json"
        if kind:
            wishes.append((_quality(parameters), kind))
    best = max(wishes, key=lambda wish: wish[0], default=(0.0, None))
    return best[1] if best[0] > 0 else None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
