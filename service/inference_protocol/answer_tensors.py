"""The answer for an inference request: the columns of a file's answer as tensors, in JSON or as bytes."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from service.bundles.model import Model, Table
from service.bundles.prediction_builder import CodedColumn
from service.inference_protocol.datatypes import BYTES, FP64
from service.rows.strict_json import encode
from service.schemas import AnswerTensor, Card, InferenceAnswer, TensorMetadata, TensorParameters
from wire.answer_columns import DECISION, WARNINGS

_Column = CodedColumn | NDArray[np.float64]
_LENGTH_BYTES = 4


def output_tensors(model: Model) -> list[TensorMetadata]:
    """Return the outputs of a model: the columns that its answers have, and their warnings."""
    columns = model.builder.table(model.builder.empty_scores(), 0)
    datatypes = {name: _datatype(column) for name, column in columns.items()} | {WARNINGS: BYTES}
    if not model.card.output.bands:
        del datatypes[DECISION]
    return [TensorMetadata(name=name, datatype=datatype, shape=[-1]) for name, datatype in datatypes.items()]


def output_names(model: Model) -> list[str]:
    return [tensor.name for tensor in output_tensors(model)]


def encode_answer(card: Card, request_id: str | None, outputs: Mapping[str, bool], table: Table) -> tuple[bytes, int | None]:
    """Return the body of an answer, and the length of its JSON if bytes of tensors follow it.

    `outputs` is the name of each output → whether it comes as bytes; `table` has the columns.
    """
    tensors: list[AnswerTensor] = []
    binary: list[bytes] = []
    for name, as_bytes in outputs.items():
        column = table[name]
        rows = len(column.codes if isinstance(column, CodedColumn) else column)
        if as_bytes:
            binary.append(_bytes_of(column))
            parameters = TensorParameters(binary_data_size=len(binary[-1]))
            tensors.append(AnswerTensor(name=name, datatype=_datatype(column), shape=[rows], parameters=parameters))
        else:
            tensors.append(AnswerTensor(name=name, datatype=_datatype(column), shape=[rows], data=_values_of(column)))
    answer = encode(InferenceAnswer(model_name=card.name, model_version=card.version, outputs=tensors, id=request_id))
    return b"".join([answer, *binary]), len(answer) if binary else None


def _datatype(column: _Column) -> str:
    return BYTES if isinstance(column, CodedColumn) else FP64


def _values_of(column: _Column) -> list[float | str]:
    if not isinstance(column, CodedColumn):
        return list(column.tolist())
    texts = _texts_of(column)
    return [texts[code] for code in column.codes.tolist()]


def _bytes_of(column: _Column) -> bytes:
    """Return the elements, little-endian; each text behind its length, a number of 4 bytes."""
    if not isinstance(column, CodedColumn):
        return column.astype("<f8").tobytes()
    encoded = [text.encode("utf-8") for text in _texts_of(column)]
    elements = [len(text).to_bytes(_LENGTH_BYTES, "little") + text for text in encoded]
    return b"".join([elements[code] for code in column.codes.tolist()])


def _texts_of(column: CodedColumn) -> list[str]:
    """Return the labels of a column. A tensor has no null: without a warning its text is empty."""
    return [label or "" for label in column.labels]
