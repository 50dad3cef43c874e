"""The model inside of a package: the checks, the numbers and the errors of the service, without the service."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from service.bundles.bundle_opening import open_model
from service.errors import InvalidInput, ServiceError
from service.questions.explanations import explanations
from service.rows.fault_pointers import body_errors
from service.rows.strict_json import decode
from service.schemas import Card, Explanations, InputError, PredictionRequest, Predictions, Problem
from service.schemas.localization import localized
from wire.languages import Language
from wire.row_values import plain_value

Rows = Sequence[Mapping[str, Any]]
T = TypeVar("T")

_DECODER = msgspec.json.Decoder(PredictionRequest)


class Refused(ValueError):
    """Rows that do not fit the card. `problem` is the body with which the service refuses them."""

    def __init__(self, problem: Problem) -> None:
        super().__init__("\n".join([problem.detail, *(f"{each.pointer}: {each.message}" for each in problem.errors)]))
        self.problem = problem

    @property
    def errors(self) -> list[InputError]:
        """The faults, each with a pointer such as /rows/0/age."""
        return self.problem.errors


class PackagedModel:
    """A bundle in a folder, opened. Several threads may use it."""

    def __init__(self, bundle: Path) -> None:
        self._model = open_model(bundle)

    @property
    def card(self) -> Card:
        """What the model is, what it takes and what it answers."""
        return self._model.card

    def predict(self, body: bytes, language: Language) -> Predictions:
        """Return one prediction per row of a body, as `POST …/predictions` does. Raises Refused."""
        return _refusing(lambda: localized(self._model.predict(decode(body, _DECODER).rows), language))

    def explain(self, body: bytes, language: Language) -> Explanations[Any]:
        """Return why, for at most 20 rows of a body, as `POST …/explanations` does. Raises Refused."""
        return _refusing(lambda: localized(explanations(self._model, decode(body, _DECODER).rows, language), language))


def body_of(rows: Rows) -> bytes:
    """Return rows as the body of a request. Raises TypeError for a value without a form in JSON."""
    return json.dumps({"rows": [dict(row) for row in rows]}, default=plain_value).encode()


def _refusing(ask: Callable[[], T]) -> T:
    """Return the answer. Raises Refused in place of an error for which the caller is to blame."""
    try:
        return ask()
    except ServiceError as error:
        if error.status >= 500:  # noqa: PLR2004 - a fault of the model
            raise
        faults = body_errors(error.faults) if isinstance(error, InvalidInput) else []
        raise Refused(
            Problem(
                type=f"/errors/{error.code}",
                title=error.title,
                status=error.status,
                detail=error.detail,
                code=error.code,
                request_id="",
                errors=faults,
            )
        ) from None
