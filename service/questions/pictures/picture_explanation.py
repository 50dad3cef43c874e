"""Why, for a model whose only field is a picture: the contribution of each patch to the answer.

For a classification the explained answer is the probability of the likeliest label, because no label of many is the one
that people ask about. The base is the answer for the mean picture of the reference rows, which shows in hidden patches.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.model import Model
from service.fields.arrays.image import ImageType
from service.questions.pictures.picture_patches import PatchedPicture, mean_picture
from service.questions.pictures.picture_sentence import picture_sentence
from service.questions.shapley import Coalitions, Games, ShapleyValues, shapley_values
from service.rows.columns import Columns
from service.schemas import Classification, Contribution, Explanation
from wire.languages import Language

_BUDGET = 1_000
"""The most pictures that one explanation scores."""


def is_only_picture(model: Model) -> bool:
    """Return whether a picture is all that the model sees."""
    return len(model.checks.fields) == 1 and isinstance(model.checks.fields[0], ImageType)


def explain_picture(model: Model, one: Columns, prediction: Any, seed: int, language: Language) -> Explanation[Any]:
    """Return the explanation of the picture of one row. Raises ModelFailed."""
    card, (field,) = model.card, model.checks.fields
    label = prediction.label if isinstance(card.output, Classification) else None
    output = prediction.value if label is None else prediction.probabilities[label]
    at = 0 if label is None else [*prediction.probabilities].index(label)
    reference, picture = model.background.rows, one.arrays[field.name][0]
    hidden = mean_picture(reference.arrays[field.name]) if len(reference) else picture
    patched = PatchedPicture(picture, hidden)

    def coalition_value(members: Coalitions, _games: Games) -> NDArray[np.float64]:
        parts = [
            model.scores(Columns(np.empty((len(shown), 0)), {}, {field.name: shown}))[:, at]
            for shown in patched.show(members)
        ]
        return np.concatenate(parts)

    values = _shapley(coalition_value, patched, output, seed)
    scale = 1.0 if label is not None else max(abs(values.base), abs(output))
    region = patched.strongest_region(values.values, scale)
    height, width = picture.shape[:2]
    return Explanation(
        base=values.base,
        output=output,
        standard_error=float(values.permutation_errors.max()),
        contributions=[
            Contribution(field=field.name, value=None, contribution=float(value), region=each)
            for value, each in zip(values.values, patched.regions, strict=True)
        ]
        if len(reference)
        else [],
        sentence=picture_sentence(card, label, region, (width, height), language, is_compared=len(reference) > 0),
        prediction=prediction,
        usualness=None,
        label=label,
        strongest_region=region,
    )


def _shapley(coalition_value: Any, patched: PatchedPicture, output: float, seed: int) -> ShapleyValues:
    """Return the values of the patches: 0 for those that look the same if they are hidden."""
    nulls = patched.same_patches()[None]
    if nulls.all():
        nothing = np.zeros(nulls.shape[1])
        return ShapleyValues(output, nothing, nothing, nothing)
    return shapley_values(coalition_value, output, nulls, _BUDGET, seed)
