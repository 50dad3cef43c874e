"""Write a model as a repository of Triton Inference Server, which KServe reads too, packed.

Both serve the graph alone: a caller sends the numbers that the graph takes, and gets probabilities or values, without checks
and decisions. So the folder says how each field becomes a number, and has a request with the answer that must come.
Source of the format: https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/model_repository.html
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from service.bundles.model import Model
from service.bundles.scorers.onnx_scorer import FIELDS
from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.exports.packed_folder import pack_folder
from service.exports.refusals import NotExportable
from service.fields.date import DateType
from service.fields.date_time import DateTimeType
from service.fields.field_type import NumbersType
from service.fields.lookup import array_fields
from service.schemas import Card, Classification

if TYPE_CHECKING:
    import onnx

_TYPES = {"DOUBLE": ("TYPE_FP64", "FP64"), "FLOAT": ("TYPE_FP32", "FP32")}
"""Type of ONNX → type in the configuration of Triton, and in a request."""
_HERE = Path(__file__).parent


@contextmanager
def triton_repository_of(model: Model, bundle: Path) -> Iterator[Path]:
    """Give the packed folder; it is deleted at the end. Raises NotExportable."""
    card = model.card
    graph = _graph(model, bundle)
    with TemporaryDirectory(prefix="witryna-triton-") as scratch:
        folder = Path(scratch) / f"{card.name}-triton"
        version = folder / "models" / card.name / "1"
        version.mkdir(parents=True)
        shutil.copy(bundle / "model.onnx", version)
        (version.parent / "config.pbtxt").write_text(_configuration(card.name, graph), encoding="ascii")
        (folder / "fields.json").write_text(_json(_fields(model)), encoding="utf-8")
        request, answer = _example(model, graph)
        (folder / "request.json").write_text(_json(request), encoding="ascii")
        (folder / "answer.json").write_text(_json(answer), encoding="ascii")
        for name in ("README.md", "kserve.yaml"):
            text = (_HERE / "triton_files" / name).read_text(encoding="utf-8")
            filled = text.replace("MODEL_NAME", card.name).replace("MODEL_VERSION", card.version[:SHORT_VERSION])
            (folder / name).write_text(filled, encoding="utf-8")
        yield pack_folder(card, folder)


def check_triton_card(card: Card) -> None:
    """Raise NotExportable if Triton can serve no model of such a card."""
    if card.scoring.scorer != "onnx":
        reason = card.scoring.reason or "runs in a process of its own"
        raise NotExportable(f"Triton serves a graph of ONNX, and the model is none, because it {reason}")
    if arrays := array_fields(card):
        raise NotExportable(
            f"the field {arrays[0].name} is {arrays[0].words}, which the service reads and checks before it asks the graph"
        )


def _graph(model: Model, bundle: Path) -> "onnx.GraphProto":
    """Return the graph of a model that takes one matrix of numbers. Raises NotExportable for every other model."""
    import onnx

    check_triton_card(model.card)
    graph: onnx.GraphProto = onnx.load_model(bundle / "model.onnx").graph
    if [each.name for each in graph.input] != [FIELDS]:
        raise NotExportable("the graph takes counts of words, which the service makes of a text before it asks the graph")
    return graph


def _configuration(name: str, graph: "onnx.GraphProto") -> str:
    return (
        f'name: "{name}"\n'
        'backend: "onnxruntime"\n'
        "max_batch_size: 0\n"
        f"input [ {_tensor(graph.input[0])} ]\n"
        f"output [ {_tensor(graph.output[-1])} ]\n"
    )


def _tensor(value: "onnx.ValueInfoProto") -> str:
    kind = _types(value)[0]
    return f'{{ name: "{value.name}" data_type: {kind} dims: [ -1, {_columns(value)} ] }}'


def _types(value: "onnx.ValueInfoProto") -> tuple[str, str]:
    from onnx import TensorProto

    return _TYPES[TensorProto.DataType.Name(value.type.tensor_type.elem_type)]


def _columns(value: "onnx.ValueInfoProto") -> int:
    return int(value.type.tensor_type.shape.dim[1].dim_value)


def _fields(model: Model) -> dict[str, Any]:
    """Return how rows become numbers, and what the numbers of the answer are."""
    output = model.card.output
    labels = [label.value for label in output.labels] if isinstance(output, Classification) else []
    answer = {"probabilities_of": labels} if labels else {"value": True}
    return {"input": [_field(field) for field in model.checks.number_fields], "output": answer}


def _field(field: NumbersType) -> dict[str, Any]:
    described: dict[str, Any] = {"name": field.name, "missing": "NaN" if field.nullable else "not allowed"}
    if field.size:
        return described | {"numbers": {json.dumps(field.value(float(code))): code for code in range(field.size)}}
    return described | {"number": _meaning(field), "minimum": field.min_number, "maximum": field.max_number}


def _meaning(field: NumbersType) -> str:
    """Return what the number of a field is."""
    if isinstance(field, DateTimeType):
        return "days since 1970-01-01 in UTC, with their fraction"
    return "days since 1970-01-01" if isinstance(field, DateType) else "the number"


def _example(model: Model, graph: "onnx.GraphProto") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a request of the Open Inference Protocol with the examples of the card, and its answer."""
    columns = model.checks.columns([each.row for each in model.card.examples] or list(model.card.real_rows[:1]))
    complete = columns.select(np.flatnonzero(~np.isnan(columns.numbers).any(axis=1)))  # JSON has no NaN
    return (
        {"inputs": [_values(graph.input[0], complete.numbers)]},
        {"outputs": [_values(graph.output[-1], model.scorer.score(complete))]},
    )


def _values(value: "onnx.ValueInfoProto", matrix: Any) -> dict[str, Any]:
    kind = _types(value)[1]
    return {"name": value.name, "shape": list(matrix.shape), "datatype": kind, "data": matrix.ravel().tolist()}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1) + "\n"
