"""POST /v1/pictures: the picture of a caller as the service keeps it. Nothing is stored."""

from collections.abc import Callable
from typing import cast, get_args
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from service.errors import Fault, InvalidInput, InvalidRequest, UnsupportedType
from service.pictures.model_picture import MAX_KEPT_SIDE, Colours, kept_picture, model_pixels, pixels_png
from service.pictures.picture_file import WrongPicture, too_many_bytes
from service.web.container import Services
from wire.media_types import MAX_PICTURE_BYTES, parse_content_type

PNG = "image/png"
_THREADS, _MAX_DIGITS, _COLOURS = "pictures", 3, get_args(Colours)


async def keep_picture(services: Services, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the picture in the body: turned upright, at most 512 pixels, without metadata, as PNG."""
    headers = scope["headers_by_name"]
    media_type = parse_content_type(headers.get(b"content-type", b"").decode("latin-1"))[0]
    if not media_type.startswith("image/"):
        raise UnsupportedType("Send the file of a picture, with its type: Content-Type: image/jpeg.")
    prepare = _make_prepare(scope["query_string"])
    async with services.bodies.spool(headers, receive) as file:
        if file.bytes > MAX_PICTURE_BYTES:
            raise _refusal(too_many_bytes())
        content = file.path.read_bytes()
    try:
        png = await services.threads.run(_THREADS, prepare, content, media_type)
    except WrongPicture as error:
        raise _refusal(error) from None
    fields = [(b"content-type", PNG.encode()), (b"content-length", str(len(png)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": png})


def _make_prepare(query: bytes) -> Callable[[bytes, str], bytes]:
    """Return what makes the answer: the kept picture or, with the parameters of a field, what a model sees of it."""
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    if not given:
        return kept_picture
    texts = [given.get(name, str(MAX_KEPT_SIDE)) for name in ("width", "height")]
    sides = [int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0 for text in texts]
    colours = given.get("colours", "rgb")
    if not all(1 <= side <= MAX_KEPT_SIDE for side in sides) or colours not in _COLOURS:
        raise InvalidRequest(f"width and height are 1 to {MAX_KEPT_SIDE}, and colours is grey or rgb.")

    def prepare(content: bytes, media_type: str) -> bytes:
        return pixels_png(model_pixels(content, sides[0], sides[1], cast(Colours, colours), media_type))

    return prepare


def _refusal(error: WrongPicture) -> InvalidInput:
    return InvalidInput("The picture is refused.", faults=[Fault(None, error.code, str(error), path=())])
