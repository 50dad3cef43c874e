"""A model in another form: its file, and how it was proved."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from service.bundles.model import Model
from service.exports.proof.proof_answers import TimedAnswers
from service.schemas import Card, Row


@dataclass(frozen=True)
class Proof:
    """A comparison of a file with the service."""

    rows: int
    real_rows: int
    """So many of the rows are real; the others are at thresholds, or have missing, unknown and refused values."""
    difference: float
    """The largest difference of a number. All labels, decisions and refused rows were the same."""
    program: str
    """What has run the file, such as Node.js 20.20.2."""
    day: date


@dataclass(frozen=True)
class MadeFile:
    """A model in another form."""

    path: Path
    proof: Proof | None
    """None: this machine does not have `missing_runtime`, or the bundle has no rows."""
    missing_runtime: str = ""


class Maker(Protocol):
    """Makes the file of one form, and asks it."""

    def check_card(self, card: Card) -> None:
        """Raise NotExportable if no model of such a card can be had in this form."""

    def make(self, model: Model, bundle: Path, folder: Path, *, database: str = "") -> MadeFile:
        """Write the file of a model, whose bundle is in a folder, into another folder, and prove it.

        `database` is the address of one that may run a query of PostgreSQL. Raises NotExportable.
        """

    def answer(self, model: Model, bundle: Path, file: Path, row: Row) -> TimedAnswers:
        """Return the answer of a file that was made to a row with all fields. Raises NotInstalled, CodeFailed."""
