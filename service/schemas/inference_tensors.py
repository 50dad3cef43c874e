"""The shapes of the Open Inference Protocol: requests, answers and metadata of `/v2`."""

from typing import Any

import msgspec

from service.schemas.shape import Published, Shape


class RequestParameters(Shape, frozen=True):
    binary_data_output: bool | None = None
    """All outputs come as bytes, unless an output says otherwise."""
    content_type: str | None = None
    """How MLServer's clients mark tables; the datatype says enough."""


class InputParameters(Shape, frozen=True):
    binary_data_size: int | None = None
    """The tensor is so many bytes behind the JSON object, and has no `data`."""
    content_type: str | None = None


class OutputParameters(Shape, frozen=True):
    binary_data: bool | None = None
    content_type: str | None = None


class InferenceInput(Shape, frozen=True):
    name: str
    shape: list[int]
    datatype: str
    parameters: InputParameters | None = None
    data: list[Any] | None = None


class InferenceOutput(Shape, frozen=True):
    """A tensor that the answer must have."""

    name: str
    parameters: OutputParameters | None = None


class InferenceRequest(Shape, frozen=True):
    inputs: list[InferenceInput]
    id: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    """Some clients repeat what the address says."""
    parameters: RequestParameters | None = None
    outputs: list[InferenceOutput] | None = None


class TensorParameters(Published, frozen=True):
    """What is said of a tensor beyond the protocol."""

    binary_data_size: int | None = None
    optional: bool = False
    """The tensor may be absent: the field takes null."""


class AnswerTensor(Published, frozen=True):
    name: str
    datatype: str
    shape: list[int]
    parameters: TensorParameters | None = None
    data: list[float | str] | None = None


class InferenceAnswer(Published, frozen=True):
    model_name: str
    model_version: str
    outputs: list[AnswerTensor]
    id: str | None = None


class TensorMetadata(Published, frozen=True):
    name: str
    datatype: str
    shape: list[int]
    """-1 stands for the number of rows."""
    parameters: TensorParameters | None = None


class ModelMetadata(Shape, frozen=True):
    name: str
    versions: list[str]
    """The default version is the first."""
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ModelReadiness(Shape, frozen=True):
    name: str
    ready: bool


class ServerMetadata(Shape, frozen=True):
    name: str
    version: str
    extensions: list[str] = msgspec.field(default_factory=lambda: ["binary_tensor_data"])


class ServerReadiness(Shape, frozen=True):
    live: bool
    ready: bool
