"""JSON schemas of the bodies of the Open Inference Protocol, with real examples.

JSON schema cannot say that shape and data have the same number of rows in all tensors, that a second dimension is 1, and
that each tensor is given once.
"""

from service.fields.field_type import FieldType
from service.fields.lookup import types_of
from service.inference_protocol.datatypes import datatypes_of, empty_is_missing
from service.schemas import Card, Row
from service.web.route import ModelBody, Schema

_SIZE: Schema = {"type": "integer", "minimum": 0}
_CONTENT_TYPE: Schema = {"enum": ["np", "pd", "str", "datetime", None]}
_FLAG: Schema = {"type": ["boolean", "null"]}


def _request(card: Card) -> Schema:
    text: Schema = {"type": ["string", "null"]}
    return _object(
        {
            "id": text,
            "model_name": {"enum": [card.name, None]},
            "model_version": {"enum": [card.version, "", None]},
            "parameters": _parameters({"binary_data_output": _FLAG}),
            "inputs": {"type": "array", "minItems": 1, "items": {"anyOf": list(map(_input, types_of(card)))}},
            "outputs": {"type": ["array", "null"], "items": _object({"name": {"type": "string"}, **_OUTPUT}, ["name"])},
        },
        ["inputs"],
    )


def _input(field: FieldType) -> Schema:
    value = field.json_schema()
    others: list[Schema] = [{"type": "null"}] if field.nullable else []
    if field.nullable and empty_is_missing(field) and str in field.json_types:
        others.append({"const": ""})
    element: Schema = {"anyOf": [value, *others]} if others else value
    column = {"type": "array", "items": element, "minItems": 1, "maxItems": 1}
    data = {"anyOf": [{"type": "array", "items": element}, {"type": "array", "items": column}, {"type": "null"}]}
    shape = {"type": "array", "items": _SIZE, "minItems": 1, "maxItems": 2}
    return _object(
        {
            "name": {"const": field.name},
            "shape": shape,
            "datatype": {"enum": list(datatypes_of(field))},
            "parameters": _parameters({"binary_data_size": {"anyOf": [_SIZE, {"type": "null"}]}}),
            "data": data,
        },
        ["name", "shape", "datatype"],
    )


def _example(card: Card, row: Row) -> Schema:
    inputs = [
        {"name": field.name, "shape": [1], "datatype": datatypes_of(field)[0], "data": [row[field.name]]}
        for field in types_of(card)
        if row.get(field.name) is not None
    ]
    return {"id": "1", "inputs": inputs}


def _parameters(properties: Schema) -> Schema:
    return {"anyOf": [_object({**properties, "content_type": _CONTENT_TYPE}, []), {"type": "null"}]}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


_OUTPUT: Schema = {"parameters": _parameters({"binary_data": _FLAG})}
INFERENCE = ModelBody(schema=_request, example=_example)
