"""The rows of the table of routes for the forms in which a model can be taken away."""

from service.errors import ModelUnavailable, Overloaded, Unauthorized, UnknownModel
from service.export_errors import CannotExport, ExportFailed, ExportsForbidden, ExportTimeout, UnknownExport
from service.exports.forms import FORMS
from service.web.openapi.answer_schemas import always
from service.web.route import Route, Schema
from service.web.routes.exports import export_routes

_TAG = "exports"
_VERSION: Schema = {"name": "version", "in": "query", "schema": {"type": "string"}}
_KIND: Schema = {"name": "kind", "in": "path", "required": True, "schema": {"type": "string", "enum": list(FORMS)}}
_MODEL_ERRORS = (Unauthorized, ExportsForbidden, UnknownModel, ModelUnavailable)

EXPORT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/v1/models/{model}/exports",
        handler=export_routes.list_exports,
        name="exports",
        tag=_TAG,
        summary="The forms in which a model can be taken away",
        answer="Each form with what it needs and costs, and its proof if it has been made",
        answer_schema=always("ExportList"),
        parameters=(_VERSION,),
        errors=_MODEL_ERRORS,
    ),
    Route(
        method="GET",
        path="/v1/models/{model}/exports/{kind}",
        handler=export_routes.download,
        slots="exports",
        name="export",
        tag=_TAG,
        summary="A model as a file of one form",
        description="The first request for a file makes it, which takes seconds, or a minute for a workbook.",
        answer="The file, in the media type that the list names",
        answer_schema=lambda _model: {"type": "string", "format": "binary"},
        media_type="application/octet-stream",
        parameters=(_KIND, _VERSION),
        errors=(*_MODEL_ERRORS, UnknownExport, CannotExport, ExportFailed, Overloaded, ExportTimeout),
    ),
)
