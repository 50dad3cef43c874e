"""POST /v1/pictures: the picture of a caller as the service keeps it. Nothing is stored."""

from starlette.types import Receive, Scope, Send

from service.errors import Fault, InvalidInput, UnsupportedType
from service.pictures.model_picture import kept_picture
from service.pictures.picture_file import MAX_BYTES, WrongPicture, too_many_bytes
from service.web.container import Services
from wire.media_types import parse_content_type

PNG = "image/png"
_THREADS = "pictures"


async def keep_picture(services: Services, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the picture in the body: turned upright, at most 512 pixels, without metadata, as PNG."""
    headers = scope["headers_by_name"]
    media_type = parse_content_type(headers.get(b"content-type", b"").decode("latin-1"))[0]
    if not media_type.startswith("image/"):
        raise UnsupportedType("Send the file of a picture, with its type: Content-Type: image/jpeg.")
    async with services.bodies.spool(headers, receive) as file:
        if file.bytes > MAX_BYTES:
            raise _refusal(too_many_bytes())
        content = file.path.read_bytes()
    try:
        png = await services.threads.run(_THREADS, kept_picture, content, media_type)
    except WrongPicture as error:
        raise _refusal(error) from None
    fields = [(b"content-type", PNG.encode()), (b"content-length", str(len(png)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": png})


def _refusal(error: WrongPicture) -> InvalidInput:
    return InvalidInput("The picture is refused.", faults=[Fault(None, error.code, str(error), path=())])
