"""The rows of the table of routes for the forms in which a model can be taken away."""

from service.errors import (
    InvalidInput,
    InvalidRequest,
    ModelFailed,
    ModelTimeout,
    ModelUnavailable,
    Overloaded,
    TooLarge,
    Unauthorized,
    UnknownModel,
    UnsupportedType,
)
from service.export_errors import CannotExport, ExportFailed, ExportsForbidden, ExportTimeout, UnknownExport
from service.exports.forms import FORMS
from service.web.openapi import request_schemas
from service.web.openapi.answer_schemas import always, by_output
from service.web.route import Route, Schema
from service.web.routes.exports import comparison_routes, export_routes

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
    Route(
        method="POST",
        path="/v1/models/{model}/comparisons",
        direct=comparison_routes.compare,
        slots="exports",
        name="compare",
        tag=_TAG,
        summary="One row through the model in every way",
        description="Forms that have not been made yet are made first.",
        answer="The answer of each way, in the order of the ways, and how far it is from the live one",
        answer_schema=by_output("Comparison_{}Prediction_"),
        body=request_schemas.COMPARISONS,
        errors=(
            InvalidRequest,
            *_MODEL_ERRORS,
            TooLarge,
            UnsupportedType,
            InvalidInput,
            ModelFailed,
            Overloaded,
            ModelTimeout,
        ),
    ),
)
