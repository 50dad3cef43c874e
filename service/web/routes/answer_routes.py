"""GET /v1/models/{model}/answers/{part}: one answer as a text, for programs that only open an address."""

from dataclasses import replace
from typing import Any

import msgspec
from fastapi import Request, Response

from service.bundles.model import Model
from service.errors import Fault, InvalidInput, NotFound
from service.schemas import Card, Classification, Row
from service.web.dependencies import AppServices, PathModel, RequestLanguage
from service.web.routes.prediction_routes import predict_rows
from wire.cells.cell_values import parse_cell
from wire.cells.text_style import PROGRAM_STYLE

PARTS = ("number", "label", "decision")
"""What an answer may be: the number that people read, the label, the decision of the card."""
PART = {"name": "part", "in": "path", "required": True, "schema": {"type": "string", "enum": list(PARTS)}}


async def answer(
    part: str, request: Request, model: PathModel, services: AppServices, language: RequestLanguage
) -> Response:
    """Score the row whose fields are the parameters of the address, written as in a CSV with decimal points."""
    if part not in PARTS:
        raise NotFound(f"The answers are {', '.join(PARTS)}.")
    row = _read_row(model, request.query_params)
    try:
        scored = await predict_rows(services, model, [row], None, language=language)
    except InvalidInput as error:
        faults = [replace(fault, path=(), row=None) for fault in error.faults]
        raise InvalidInput(error.detail, faults=faults) from None
    (prediction,) = msgspec.json.decode(scored.body)["predictions"]
    text = _text_of(model.card, prediction, part)
    if text is None:
        raise NotFound("The model gives no such answer.")
    return Response(text, media_type="text/plain", headers={"X-Model-Version": scored.version})


def _read_row(model: Model, parameters: Any) -> Row:
    """Return the row of an address. An empty value is null. Raises InvalidInput for a value of another type."""
    types = {field.name: field for field in model.checks.fields}
    row: Row = {}
    faults: list[Fault] = []
    for name, text in parameters.items():
        if name not in types:
            row[name] = text  # the key of the entity, or no field: the checks of rows say so
            continue
        field = types[name]
        categories = [category.value for category in field.field.categories]
        try:
            row[name] = parse_cell(field.field.type, text, PROGRAM_STYLE, categories)
        except ValueError:
            faults.append(replace(field.type_fault(), path=()))
    if faults:
        raise InvalidInput("The row cannot be scored.", faults=faults)
    return row


def _text_of(card: Card, prediction: dict[str, Any], part: str) -> str | None:
    """Return a part of a prediction as text; None if the model does not give it."""
    if part != "number":
        return prediction.get(part)
    if isinstance(card.output, Classification):
        return repr(prediction["probabilities"][card.output.focus])
    return repr(prediction["value"])
