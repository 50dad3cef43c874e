"""The shapes of the forms in which a model can be taken away.

Keys that are not named here are let through: the contract may grow.
"""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from client.shapes.answers import Prediction

Texts = dict[str, str]
"""Language → text."""


class ExportProof(TypedDict):
    """A comparison of a file with the service, on rows."""

    rows: int
    real_rows: NotRequired[int]
    difference: float
    program: str
    date: str


class MadeExport(TypedDict):
    """A file that has been made. Without a proof, `missing_runtime` is what the service lacks to run it."""

    bytes: int
    proof: ExportProof | None
    missing_runtime: str | None


class RefusedExport(TypedDict):
    """Why there is no such file, and the kind of the form that works; null: the API alone."""

    reason: str
    nearest: str | None


class Export(TypedDict):
    """One form. Until somebody asks for its file, it is neither made nor refused."""

    kind: str
    group: str
    title: Texts
    needs: Texts
    cost: Texts
    file: str
    media_type: str
    command: str
    made: MadeExport | None
    refused: RefusedExport | None


class ExportList(TypedDict):
    model: str
    version: str
    exports: list[Export]


class ComparisonAnswer(TypedDict):
    """The answer of one way to a row. `status` is run, recorded, refused or failed; later versions may add some."""

    way: str
    status: str
    prediction: Prediction | None
    difference: float | None
    seconds: float | None
    includes_start: bool
    program: str | None
    proof: ExportProof | None
    reason: str | None


class Comparison(TypedDict):
    """`difference` is the largest one from the live answer; null if no other way has answered."""

    model: str
    version: str
    answers: list[ComparisonAnswer]
    difference: float | None


@dataclass(frozen=True)
class ExportedFile:
    """A model in another form."""

    name: str
    """The name for the file: letters, digits and `._+-`."""
    media_type: str
    content: bytes
