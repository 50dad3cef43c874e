"""JSON schemas of the bodies of a model's four POSTs, with real examples.

The service accepts a body if and only if the schema does, with two exceptions that JSON schema cannot express: the end of a
range is not below its start, and 20.0 points are not a whole number.
"""

from service.comparisons.ways import STORED, WAYS
from service.fields.field_type import RangeType
from service.fields.lookup import number_fields, type_of
from service.questions.curves import MAX_FIELDS, MAX_POINTS, MAX_SURFACE_POINTS
from service.questions.explanations import MAX_ROWS
from service.schemas import Band, Card, Classification, Input, Row
from service.web.route import ModelBody, Schema
from wire.entity_keys import MAX_KEY_CHARACTERS

_NULL: Schema = {"type": "null"}
_MIN_POINTS = 2
_EXAMPLE_FIELDS = 2


def request_body(card: Card, body: ModelBody) -> Schema | None:
    """Return the body of a POST to a model, or None if the model has no such route."""
    schema = body.schema(card)
    if schema is None:
        return None
    examples = {
        example.name: {"summary": example.label, "value": body.example(card, example.row)} for example in card.examples
    }
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": examples}}}


def row_schema(card: Card) -> Schema:
    """Return the JSON schema of one row. It accepts the same rows as the checks."""
    required = [field.name for field in card.inputs if not field.nullable]
    return _object({field.name: _field_schema(field) for field in card.inputs}, required)


def field_parameters(card: Card) -> list[Schema]:
    """Return the fields of a model as parameters of an address. One that takes null may be absent."""
    return [
        {"name": field.name, "in": "query", "required": not field.nullable, "schema": type_of(field).json_schema()}
        for field in card.inputs
    ]


def keyed_row_schema(card: Card) -> Schema:
    """Return the JSON schema of a row with the key of an entity. Stored values replace absent fields."""
    assert card.entity is not None  # noqa: S101 - the caller checks it
    key = {
        "title": card.entity.label or card.entity.key,
        "description": "Alone: the stored prediction. With fields: the stored row with these values over it, scored live",
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARACTERS},
            {
                "type": "integer",
                "minimum": -(10 ** (MAX_KEY_CHARACTERS - 1)) + 1,
                "maximum": 10**MAX_KEY_CHARACTERS - 1,
            },
        ],
    }
    return _object({card.entity.key: key} | {field.name: _field_schema(field) for field in card.inputs}, [card.entity.key])


def request_row_schema(card: Card) -> Schema:
    """Return the JSON schema of one row of a request, which may have the key of an entity."""
    return row_schema(card) if card.entity is None else {"anyOf": [row_schema(card), keyed_row_schema(card)]}


def _rows(card: Card) -> Schema:
    return _list_of(_row(card), card)


def _rows_or_keys(card: Card) -> Schema:
    if card.entity is None:
        return _rows(card)
    return _list_of({"anyOf": [_row(card), {"$ref": f"#/components/schemas/KeyedRow-{card.name}"}]}, card)


def _list_of(row: Schema, card: Card) -> Schema:
    return _object({"rows": {"type": "array", "items": row}, "version": _version(card)}, ["rows"])


def _few_rows(card: Card) -> Schema:
    schema = _rows(card)
    schema["properties"]["rows"]["maxItems"] = MAX_ROWS
    return schema


def _curves(card: Card) -> Schema | None:
    names = [field.name for field in number_fields(card)]
    if not names:
        return None
    one_by_one = _curves_of(card, names, (1, MAX_FIELDS), MAX_POINTS) | {"title": "Fields one by one"}
    one_by_one["properties"]["together"] = {"type": "boolean", "enum": [False]}
    if len(names) == 1:
        return one_by_one
    together = _curves_of(card, names, (2, 2), MAX_SURFACE_POINTS) | {"title": "Two fields at once"}
    together["properties"]["together"] = {"const": True}
    together["required"] = [*together["required"], "together"]
    return {"anyOf": [one_by_one, together]}


def _curves_of(card: Card, names: list[str], fields: tuple[int, int], max_points: int) -> Schema:
    min_fields, max_fields = fields
    points = {"type": "integer", "minimum": _MIN_POINTS, "maximum": max_points}
    properties = {
        "row": _row(card),
        "fields": {
            "type": "array",
            "items": {"enum": names},
            "minItems": min_fields,
            "maxItems": max_fields,
            "uniqueItems": True,
        },
        "points": _or_null(points) | {"description": "How many values a numeric field gets, including the value of the row"},
        "pinned": _or_null(_row(card)) | {"description": "Another row to score, to be marked beside the curve"},
        "version": _version(card),
    }
    return _object(properties, ["row", "fields"])


def _recommendation(card: Card) -> Schema:
    ranges = {field.name: _range(field) for field in number_fields(card) if isinstance(field, RangeType)}
    properties = {
        "row": _row(card),
        "goal": goal_schema(card),
        "fixed": {
            "type": "array",
            "items": {"enum": [field.name for field in card.inputs]},
            "uniqueItems": True,
            "description": "Fields that must stay as they are",
        },
        "ranges": _object(ranges, []) | {"description": "Narrower ranges: field → [low, high]"},
        "version": _version(card),
    }
    return _object(properties, ["row", "goal"])


def _range(field: RangeType) -> Schema:
    return {"type": "array", "items": field.bound_schema(), "minItems": 2, "maxItems": 2}


def goal_schema(card: Card) -> Schema:
    """Return the JSON schema of a goal: one of the kinds that the output of a model has; the other kinds are null."""
    goals = []
    if card.output.bands:
        goals.append(_goal("decision", {"enum": [band.value for band in card.output.bands]}))
    if isinstance(card.output, Classification):
        share = {"type": "number", "minimum": 0, "maximum": 1}
        label = {"enum": [label.value for label in card.output.labels]}
        goals.append(_goal("probability", _object({"label": label, "min": share, "max": share}, ["label"])))
    else:
        number = {"type": "number"}
        minimum = _object({"min": number, "max": _or_null(number)}, ["min"])
        maximum = _object({"min": _or_null(number), "max": number}, ["max"])
        goals.append(_goal("value", {"anyOf": [minimum, maximum]}))
    return {"anyOf": goals}


def _goal(name: str, schema: Schema) -> Schema:
    return _object(dict.fromkeys(("decision", "probability", "value"), _NULL) | {name: schema}, [name])


def _comparison(card: Card) -> Schema:
    ways = {"type": "array", "items": {"enum": WAYS if card.entity else [way for way in WAYS if way != STORED]}}
    key = {"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARACTERS}
    properties = {
        "row": _row(card),
        "ways": ways | {"uniqueItems": True},
        "entity": _or_null(key) | {"description": "The key whose stored prediction is the way `stored`"},
        "version": _version(card),
    }
    return _object(properties, ["row", "ways"])


def _comparison_example(_card: Card, row: Row) -> Schema:
    return {"row": row, "ways": ["live", "file", "v2"]}


def _rows_example(_card: Card, row: Row) -> Schema:
    return {"rows": [row]}


def _curve_example(card: Card, row: Row) -> Schema:
    return {"row": row, "fields": [field.name for field in number_fields(card)][:_EXAMPLE_FIELDS]}


def _recommendation_example(card: Card, row: Row) -> Schema:
    output = card.output
    first: Band | None = next(iter(output.bands), None)
    if first:
        return {"row": row, "goal": {"decision": first.value}}
    if isinstance(output, Classification):
        return {"row": row, "goal": {"probability": {"label": output.focus, "min": 0.5}}}
    low, high = output.seen or (0.0, 0.0)
    return {"row": row, "goal": {"value": {"min": (low + high) / 2}}}


PREDICTIONS = ModelBody(schema=_rows_or_keys, example=_rows_example)
EXPLANATIONS = ModelBody(schema=_few_rows, example=_rows_example)
CURVES = ModelBody(schema=_curves, example=_curve_example)
COMPARISONS = ModelBody(schema=_comparison, example=_comparison_example)
RECOMMENDATIONS = ModelBody(schema=_recommendation, example=_recommendation_example)


def _row(card: Card) -> Schema:
    return {"$ref": f"#/components/schemas/Row-{card.name}"}


def _version(card: Card) -> Schema:
    return {"enum": [card.version, None], "description": "Refuse to answer with another version than this"}


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, _NULL]}


def _field_schema(field: Input) -> Schema:
    schema: Schema = {"title": field.label or field.name}
    if description := _description(field):
        schema["description"] = description
    schema |= type_of(field).json_schema()
    return _or_null(schema) if field.nullable else schema


def _description(field: Input) -> str:
    """Return what a caller must know of a value: its help, its unit, the meaning of its categories."""
    sentences = [str(field.help)]
    if field.unit:
        sentences.append(f"Unit: {field.unit}.")
    if field.shown_as == "percent":
        sentences.append("A fraction: 0.62 is 62 %.")
    labels = [
        f"{each.value} = {each.label}"
        for each in field.categories
        if str(each.label).lower() not in {"", each.value.lower()}
    ]
    if labels:
        sentences.append(f"{'; '.join(labels)}.")
    return " ".join(filter(None, sentences))
