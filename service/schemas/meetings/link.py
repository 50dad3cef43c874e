"""The shapes of links that hold what may not stand in an address."""

from typing import Annotated

from msgspec import Meta

from service.schemas.shape import Shape

MAX_CONTENT = 65_536


class LinkRequest(Shape, frozen=True):
    """The content of a link: the caller packs it into letters that every address can hold."""

    content: Annotated[str, Meta(min_length=1, max_length=MAX_CONTENT, pattern="^[A-Za-z0-9_-]*$")]


class Link(Shape, frozen=True):
    """A stored link; `expires` is when it ends, unless the same content is stored again."""

    id: str
    expires: str
    content: str
