"""The rows of the table of routes about pictures."""

from service.errors import Forbidden, InvalidInput, ModelTimeout, Overloaded, TooLarge, Unauthorized, UnsupportedType
from service.web.route import Route
from service.web.routes.pictures import picture_routes

PICTURES_ROUTES = (
    Route(
        method="POST",
        path="/v1/pictures",
        upload=picture_routes.keep_picture,
        upload_type="image/*",
        slots="pictures",
        name="keep_picture",
        summary="A picture as the service keeps it: upright, at most 512 pixels, without metadata",
        description="As a data URL, the answer is a value of a field of the type `image`. Nothing is stored.",
        answer="The picture as PNG. A model gives it the same answer as the picture that was sent",
        answer_schema={"type": "string", "format": "binary"},
        media_type=picture_routes.PNG,
        errors=(Unauthorized, Forbidden, TooLarge, UnsupportedType, InvalidInput, Overloaded, ModelTimeout),
    ),
)
