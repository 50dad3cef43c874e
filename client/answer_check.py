"""The check that an answer answers what was asked, beyond its shape, before anyone reads a number from it."""

from typing import cast

from client.errors import InvalidAnswer
from client.shape_check import ShapeError, check
from client.shapes.answers import Curves, Prediction, RecognisedFile
from wire import strict_json


def require(fits: bool) -> None:  # noqa: FBT001 - a condition is what it takes
    if not fits:
        raise InvalidAnswer("The service answered another question than was asked.")


def check_prediction(prediction: Prediction) -> None:
    """Raise InvalidAnswer where a prediction is neither a label nor a value, or its probabilities are none."""
    if ("label" in prediction) == ("value" in prediction):
        raise InvalidAnswer("A prediction needs either a label or a value.")
    shares = prediction.get("probabilities", {}).values()
    if any(not 0 <= share <= 1 for share in shares) or ("label" in prediction and not shares):
        raise InvalidAnswer("A probability lies outside 0 to 1.")


def check_curves(answer: Curves, fields: list[str], *, together: bool) -> None:
    """Raise InvalidAnswer unless the curves, or the surface, are those of `fields` and hold predictions."""
    surface = answer["surface"]
    if together:
        require(surface is not None and surface["fields"] == fields)
    else:
        require([curve["field"] for curve in answer["curves"]] == fields)
    if surface:
        one, two = surface["values"]
        require([len(outputs) for outputs in surface["outputs"]] == [len(two)] * len(one))
    swept = [point["prediction"] for curve in answer["curves"] for point in curve["points"]]
    for prediction in [answer["prediction"], *filter(None, [answer["pinned"]]), *swept]:
        check_prediction(prediction)


def recognised(said: str, request_id: str) -> RecognisedFile:
    """Return what the service says a file is, from the header of its answer. Raises InvalidAnswer where it says nothing."""
    try:
        found = strict_json.parse(said)
        check(found, RecognisedFile)
    except (ValueError, RecursionError, ShapeError):
        raise InvalidAnswer("The answer does not say what the file was.", request_id) from None
    return cast(RecognisedFile, found)
