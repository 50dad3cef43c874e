"""The name, the colour and the logo of a client in a document. They were typed or uploaded by somebody: all is checked."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo.drawings.drawing import DEFAULT_ACCENT, check_color

_MEDIA_TYPES = {"image/png", "image/jpeg", "image/webp"}
_MAX_LOGO_LETTERS = 300_000


@dataclass(frozen=True)
class ClientLook:
    """`accent` is #rrggbb; `logo` is the address of a picture that holds the picture itself, or empty."""

    name: str = ""
    accent: str = DEFAULT_ACCENT
    logo: str = ""


def read_look(look: Mapping[str, Any] | None) -> ClientLook:
    """Return the look of a meeting's content. Parts that are no colour or no picture get their default."""
    if not look:
        return ClientLook()
    return ClientLook(str(look.get("name") or ""), check_color(look.get("accent")), _read_logo(look.get("logo")))


def _read_logo(logo: Mapping[str, Any] | None) -> str:
    data = (logo or {}).get("data")
    media_type = (logo or {}).get("media_type")
    if media_type not in _MEDIA_TYPES or not isinstance(data, str) or len(data) > _MAX_LOGO_LETTERS:
        return ""
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
