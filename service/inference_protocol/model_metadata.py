"""What the Open Inference Protocol publishes of a model: its versions and its tensors."""

from collections.abc import Sequence

from service.bundles.model import Model
from service.inference_protocol.answer_tensors import output_tensors
from service.inference_protocol.array_tensors import row_shape
from service.inference_protocol.datatypes import datatypes_of
from service.schemas import ModelMetadata, TensorMetadata, TensorParameters

_PLATFORM = "witryna_bundle"
_OPTIONAL = TensorParameters(optional=True)


def model_metadata(model: Model, versions: Sequence[str]) -> ModelMetadata:
    """Return one input for each field of the card, and one output for each column of an answer."""
    inputs = [
        TensorMetadata(
            name=field.name,
            datatype=datatypes_of(field)[0],
            shape=[-1, *row_shape(field)],
            parameters=_OPTIONAL if field.nullable else None,
        )
        for field in model.checks.fields
    ]
    return ModelMetadata(
        name=model.card.name,
        versions=list(versions),
        platform=_PLATFORM,
        inputs=inputs,
        outputs=output_tensors(model),
    )
