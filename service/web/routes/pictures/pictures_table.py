"""The rows of the table of routes about pictures."""

from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    ModelTimeout,
    Overloaded,
    TooLarge,
    Unauthorized,
    UnsupportedType,
)
from service.web.route import Route
from service.web.routes.pictures import picture_routes

_SIDE = {"in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 512, "default": 512}}

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
        parameters=(
            _SIDE | {"name": "width", "description": "With height and colours: answer what a model with this field sees"},
            _SIDE | {"name": "height"},
            {"name": "colours", "in": "query", "schema": {"type": "string", "enum": ["grey", "rgb"], "default": "rgb"}},
        ),
        answer_schema={"type": "string", "format": "binary"},
        media_type=picture_routes.PNG,
        errors=(InvalidRequest, Unauthorized, Forbidden, TooLarge, UnsupportedType, InvalidInput, Overloaded, ModelTimeout),
    ),
)
