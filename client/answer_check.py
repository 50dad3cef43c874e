"""Checks that an answer is about what the request asked, beyond its shape."""

from typing import cast

from client.errors import InvalidAnswer
from client.shape_check import ShapeError, check
from client.shapes.answers import Curves, Prediction
from client.shapes.recognised_file import RecognisedFile
from client.shapes.stored import EntityList
from wire import strict_json


def require(fits: bool) -> None:  # noqa: FBT001 - a condition is what it takes
    """Raise InvalidAnswer unless the answer fits the request."""
    if not fits:
        raise InvalidAnswer("The service answered another question than was asked.")


def check_prediction(prediction: Prediction) -> None:
    """Raise InvalidAnswer unless a prediction has either a label with probabilities from 0 to 1, or a value."""
    if ("label" in prediction) == ("value" in prediction):
        raise InvalidAnswer("A prediction needs either a label or a value.")
    probabilities = prediction.get("probabilities", {}).values()
    if any(not 0 <= probability <= 1 for probability in probabilities) or ("label" in prediction and not probabilities):
        raise InvalidAnswer("A probability lies outside 0 to 1.")


def check_keys(answer: EntityList) -> EntityList:
    """Return a list of stored keys. Raises InvalidAnswer unless its predictions are predictions."""
    for prediction in filter(None, (item.get("prediction") for item in answer["items"])):
        check_prediction(prediction)
    return answer


def check_curves(answer: Curves, fields: list[str], *, together: bool) -> None:
    """Raise InvalidAnswer unless the curves, or the surface, are those of `fields` and hold predictions."""
    surface = answer["surface"]
    if together:
        require(surface is not None and surface["fields"] == fields)
    else:
        require([curve["field"] for curve in answer["curves"]] == fields)
    if surface:
        first, second = surface["values"]
        sizes = [len(second)] * len(first)
        require([len(outputs) for outputs in surface["outputs"]] == sizes)
        if contradictions := surface.get("contradictions"):
            require([len(marks) for marks in contradictions] == sizes)
    predictions = [point["prediction"] for curve in answer["curves"] for point in curve["points"]]
    for prediction in [answer["prediction"], *filter(None, [answer["pinned"]]), *predictions]:
        check_prediction(prediction)


def parse_recognised_file(header: str, request_id: str) -> RecognisedFile:
    """Return what the header X-File says of a file. Raises InvalidAnswer."""
    try:
        recognised = strict_json.parse(header)
        check(recognised, RecognisedFile)
    except (ValueError, RecursionError, ShapeError):
        raise InvalidAnswer("The answer does not say what the file was.", request_id) from None
    return cast(RecognisedFile, recognised)
