"""The forms in which a model can be taken away."""

from typing import Literal

from service.schemas.shape import Shape
from wire.languages import Language

ExportGroup = Literal["code", "workbook", "package", "archive"]


class ExportProof(Shape, frozen=True):
    """A comparison of a file with the service. All labels, decisions and refused rows were the same."""

    rows: int
    real_rows: int
    """So many of the rows are real; the others are at thresholds, or have missing, unknown and refused values."""
    difference: float
    """The largest difference of a number, relative to numbers above 1."""
    program: str
    """What has run the file, such as Node.js 20.20.2."""
    date: str


class MadeExport(Shape, frozen=True):
    """A file that has been made."""

    bytes: int
    proof: ExportProof | None
    """Null: the file was not run."""
    missing_runtime: str | None
    """What the machine of the service lacks to run it."""


class RefusedExport(Shape, frozen=True):
    """Why the model cannot be had in a form."""

    reason: str
    nearest: str | None
    """The kind of the nearest form that works; null: the API alone."""


class Export(Shape, frozen=True):
    """One form of a model. It is made at the first request for its file; until then it is neither made nor refused."""

    kind: str
    group: ExportGroup
    title: dict[Language, str]
    needs: dict[Language, str]
    """What must be there to use the file."""
    cost: dict[Language, str]
    """What the form lacks, or asks of those who use it."""
    file: str
    """The name of the file."""
    media_type: str
    command: str
    """What writes the same file on the machine of the service."""
    made: MadeExport | None
    refused: RefusedExport | None


class ExportList(Shape, frozen=True):
    """All forms, those that the model cannot be had in too."""

    model: str
    version: str
    exports: list[Export]
