"""Read an inference request: one tensor for each field of the card becomes rows, as `service.rows` checks them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from service.bundles.model import Model
from service.errors import Fault, InvalidRequest, TooLarge
from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import FieldType
from service.inference_protocol.answer_tensors import output_names
from service.inference_protocol.array_tensors import BASE64, arrays_of_bytes, arrays_of_json, shapes_of
from service.inference_protocol.datatypes import NUMBERS, datatypes_of, empty_is_missing
from service.inference_protocol.inference import Inference
from service.inference_protocol.tensor_values import values_of_bytes, values_of_json, wrong_tensors
from service.rows.checks import MAX_ERRORS
from service.rows.strict_json import decode, safe_text
from service.schemas import InferenceInput, InferenceRequest

_DECODER = msgspec.json.Decoder(InferenceRequest)
_TABLE_CONTENT_TYPES = frozenset({None, "np", "pd", "str", "datetime"})
"""The content types of MLServer that change nothing about a tensor of this service."""
_CONTENT_TYPES = _TABLE_CONTENT_TYPES | {BASE64}
_COLUMN_DIMENSIONS = 2


def read_inference(model: Model, body: bytes, json_bytes: int | None, max_rows: int) -> Inference:
    """Return the request in a body whose first `json_bytes` bytes are JSON (None: all of them).

    Raises InvalidRequest if the body is no JSON, InvalidInput if tensors do not fit each other or the card, TooLarge if
    there are more than `max_rows` rows.
    """
    size = len(body) if json_bytes is None else json_bytes
    if size > len(body):
        raise InvalidRequest(f"The body has {len(body):,} bytes, fewer than Inference-Header-Content-Length says.")
    request = decode(body[:size], _DECODER)
    _check_repeated_address(model, request)
    rows = _row_count(model, request.inputs, max_rows)
    reader = _TensorReader(model, rows, memoryview(body)[size:])
    columns = reader.read(request.inputs)
    outputs = _outputs(model, request)
    names = list(columns)
    cells = zip(*columns.values(), strict=True)
    positions = {tensor.name: index for index, tensor in enumerate(request.inputs)}
    return Inference([dict(zip(names, row, strict=True)) for row in cells], positions, request.id, outputs)


def _check_repeated_address(model: Model, request: InferenceRequest) -> None:
    """Raise InvalidRequest if the body names another model or version than the address, or means other bytes."""
    if request.model_name not in {None, model.card.name} or request.model_version not in {None, "", model.card.version}:
        raise InvalidRequest("The body names another model or version than the address.")
    content_types = [request.parameters.content_type if request.parameters else None]
    arrays = {field.name for field in model.checks.fields if isinstance(field, ArrayType)}
    content_types += (each.parameters.content_type for each in request.inputs if each.parameters and each.name not in arrays)
    array_types = {each.parameters.content_type for each in request.inputs if each.parameters and each.name in arrays}
    for known, given in ((_TABLE_CONTENT_TYPES, set(content_types)), (_CONTENT_TYPES, array_types)):
        if not given <= known:
            names = ", ".join(sorted(filter(None, known)))
            raise InvalidRequest(f"The parameter content_type may be one of: {names}.")


def _row_count(model: Model, inputs: Sequence[InferenceInput], max_rows: int) -> int:
    """Return the number of rows, which is the same in all tensors. Raises InvalidInput, TooLarge."""
    if not inputs:
        raise wrong_tensors(Fault("inputs", "missing_field", "Expected a tensor for each field.", path=()))
    rows = inputs[0].shape[0] if inputs[0].shape else 0
    fields = {field.name: field for field in model.checks.fields}
    for index, tensor in enumerate(inputs):
        shapes = shapes_of(fields.get(tensor.name), rows)
        if tensor.shape not in shapes or rows < 0:
            words = "[rows] or [rows, 1]" if len(shapes) > 1 else f"[rows, {shapes[0][1]}]"
            message = f"Expected the shape {words}, with the same number of rows in all tensors."
            raise wrong_tensors(Fault(None, "wrong_type", message, path=("inputs", index, "shape")))
    if rows > max_rows:
        raise TooLarge(f"A request may hold {max_rows:,} rows.")
    return rows


class _TensorReader:
    """Reads the tensors of one request, one after another, because the bytes stand in their order."""

    def __init__(self, model: Model, rows: int, binary: memoryview) -> None:
        self._fields = {field.name: field for field in model.checks.fields}
        self._rows, self._binary = rows, binary

    def read(self, inputs: Sequence[InferenceInput]) -> dict[str, list[Any]]:
        """Return field → its values. Raises InvalidInput."""
        self._check_names(inputs)
        columns = {tensor.name: self._values(index, tensor) for index, tensor in enumerate(inputs)}
        if self._binary:
            message = f"{len(self._binary):,} bytes behind the JSON object belong to no tensor."
            raise wrong_tensors(Fault(None, "wrong_type", message, path=("inputs",)))
        return columns

    def _check_names(self, inputs: Sequence[InferenceInput]) -> None:
        names: set[str] = set()
        faults = []
        for index, name in enumerate(tensor.name for tensor in inputs):
            if name not in self._fields:
                message = f"The model has no field {safe_text(name)}."
                faults.append(Fault("name", "unknown_field", message, path=("inputs", index)))
            elif name in names:
                faults.append(Fault("name", "duplicate_field", "This field is given twice.", path=("inputs", index)))
            names.add(name)
        for field in self._fields.values():
            if field.name not in names and not field.nullable:
                faults.append(replace(field.missing_fault(), path=("inputs",)))
        if faults:
            raise wrong_tensors(*faults[:MAX_ERRORS])

    def _values(self, index: int, tensor: InferenceInput) -> list[Any]:
        field = self._fields[tensor.name]
        path = ("inputs", index)
        datatypes = datatypes_of(field)
        if tensor.datatype not in datatypes:
            message = f"Expected one of: {', '.join(datatypes)}."
            raise wrong_tensors(Fault("datatype", "wrong_type", message, path=path))
        size = tensor.parameters.binary_data_size if tensor.parameters else None
        if (size is None) == (tensor.data is None):
            message = "Expected either data or the parameter binary_data_size."
            raise wrong_tensors(Fault("data", "missing_field" if size is None else "wrong_type", message, path=path))
        if isinstance(field, ArrayType):
            return self._arrays(field, tensor, path)
        if tensor.data is not None:
            is_column = len(tensor.shape) == _COLUMN_DIMENSIONS
            values = values_of_json(tensor.data, tensor.datatype, self._rows, (*path, "data"), is_column=is_column)
        else:
            data = self._next_bytes(size or 0, (*path, "parameters", "binary_data_size"))
            values = values_of_bytes(data, tensor.datatype, self._rows, (*path, "data"))
        return _without_empty(field, values) if tensor.datatype not in NUMBERS else values

    def _arrays(self, field: ArrayType, tensor: InferenceInput, path: tuple[str | int, ...]) -> list[Any]:
        at = (*path, "data")
        parameters = tensor.parameters
        if tensor.data is not None:
            is_base64 = parameters is not None and parameters.content_type == BASE64
            is_column = len(tensor.shape) == _COLUMN_DIMENSIONS
            return arrays_of_json(field, tensor.data, self._rows, at, is_base64=is_base64, is_column=is_column)
        size = parameters.binary_data_size if parameters else None
        data = self._next_bytes(size or 0, (*path, "parameters", "binary_data_size"))
        return arrays_of_bytes(field, data, tensor.datatype, self._rows, at)

    def _next_bytes(self, size: int, path: tuple[str | int, ...]) -> memoryview:
        if not 0 <= size <= len(self._binary):
            message = f"{len(self._binary):,} bytes are left behind the JSON object; is its length in the header?"
            raise wrong_tensors(Fault(None, "wrong_type", message, path=path))
        data, self._binary = self._binary[:size], self._binary[size:]
        return data


def _without_empty(field: FieldType, values: list[Any]) -> list[Any]:
    return [None if value == "" else value for value in values] if empty_is_missing(field) and "" in values else values


def _outputs(model: Model, request: InferenceRequest) -> dict[str, bool]:
    """Return the name of each output → whether it comes as bytes. Raises InvalidInput."""
    names = output_names(model)
    as_bytes = bool(request.parameters and request.parameters.binary_data_output)
    if not request.outputs:
        return dict.fromkeys(names, as_bytes)
    outputs: dict[str, bool] = {}
    for index, output in enumerate(request.outputs):
        if output.name not in names or output.name in outputs:
            code, message = (
                ("duplicate_field", "This output is named twice.")
                if output.name in outputs
                else ("unknown_field", "The model has no such output.")
            )
            raise wrong_tensors(Fault("name", code, message, path=("outputs", index)))
        own = output.parameters.binary_data if output.parameters else None
        outputs[output.name] = as_bytes if own is None else own
    return outputs
