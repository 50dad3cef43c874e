"""The reference file of a bundle: some training rows, and the distribution of each field.

It is written at the build, and checked when the bundle is opened.
"""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from service.errors import BrokenBundle
from service.rows.checks import Checks
from service.schemas import Row
from service.schemas.shape import Shape

FILE = "reference.json"
MAX_ROWS = 512
MAX_KEPT_ROWS = 1000
"""With those that are kept for proofs alone."""
QUANTILES = 201
MAX_BYTES = 2**22
MIN_EIGENVALUE = 0.01
"""The smallest eigenvalue of the correlations: the inverse of a smaller one would hold mostly rounding errors."""


class Spread(Shape, frozen=True):
    """The distribution of one field: quantiles of a number, or the share of each category (for a boolean: false, true)."""

    quantiles: list[float] = msgspec.field(default_factory=list)
    shares: list[float] = msgspec.field(default_factory=list)
    missing: float = 0.0


class Reference(Shape, frozen=True):
    """`rows` are sorted by their output. `surprises` are quantiles of the surprise of the training rows.

    `correlations` (fields, fields) are those of the normal scores of the training rows; empty in older bundles.
    `proof_rows` are further training rows: together with `rows`, those on which another form of the model is compared with
    the bundle. Older bundles have none.
    """

    rows: list[Row]
    spreads: list[Spread]
    """One for each field of the channel `numbers`, in the order of the card."""
    surprises: list[float]
    correlations: list[list[float]] = msgspec.field(default_factory=list)
    proof_rows: list[Row] = msgspec.field(default_factory=list)


def write_reference(folder: Path, reference: Reference) -> None:
    """Write the reference. If it is larger than `MAX_BYTES`, half of its rows are left out, until it fits or one is left.

    Those for proofs are left out first.
    """
    content = msgspec.json.encode(reference, order="deterministic")
    if len(content) > MAX_BYTES and reference.proof_rows:
        write_reference(folder, msgspec.structs.replace(reference, proof_rows=reference.proof_rows[1::2]))
    elif len(content) > MAX_BYTES and len(reference.rows) > 1:
        write_reference(folder, msgspec.structs.replace(reference, rows=reference.rows[::2]))
    else:
        (folder / FILE).write_bytes(content)


def read_reference(folder: Path, checks: Checks) -> Reference | None:
    """Return the reference, or None if the bundle has none. Its rows are not checked yet.

    Raises BrokenBundle if it does not fit the card.
    """
    file = folder / FILE
    if not file.exists():
        return None
    if file.stat().st_size > MAX_BYTES:
        raise BrokenBundle(f"{FILE} is larger than {MAX_BYTES // 2**10} kB")
    try:
        reference = msgspec.json.decode(file.read_bytes(), type=Reference)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenBundle(f"{FILE} does not fit: {str(error)[:200]}") from error
    _check(reference, checks)
    return reference


def compute_spread(values: NDArray[np.float64], categories: int) -> Spread:
    """Return the distribution of a column (rows,). `categories` is their number, or 0 for a number."""
    present = values[~np.isnan(values)]
    missing = 1 - len(present) / len(values)
    if categories:
        counts = np.bincount(present.astype(int), minlength=categories)
        return Spread(shares=[round(float(count) / len(values), 6) for count in counts], missing=round(missing, 6))
    probabilities = np.linspace(0, 1, QUANTILES)
    return Spread(
        quantiles=[float(f"{value:.7g}") for value in np.quantile(present, probabilities)], missing=round(missing, 6)
    )


def _check(reference: Reference, checks: Checks) -> None:
    fields = checks.number_fields
    if len(reference.spreads) != len(fields) or len(reference.rows) > MAX_ROWS:
        raise BrokenBundle(f"{FILE} has other fields than the card")
    if len(reference.rows) + len(reference.proof_rows) > MAX_KEPT_ROWS:
        raise BrokenBundle(f"{FILE} has more than {MAX_KEPT_ROWS:,} rows")
    if fields and not reference.rows:
        raise BrokenBundle(f"{FILE} has no reference rows")
    for field, spread in zip(fields, reference.spreads, strict=True):
        shares = [*spread.shares, spread.missing]
        fits = len(spread.shares) == field.size and bool(spread.quantiles) != bool(field.size)
        if not fits or not all(0 <= share <= 1 for share in shares):
            raise BrokenBundle(f"{FILE} does not fit the field {field.name[:64]}")
    if reference.correlations and not _are_correlations(reference.correlations, len(fields)):
        raise BrokenBundle(f"{FILE} holds correlations that are none")
    for numbers in (reference.surprises, *(spread.quantiles for spread in reference.spreads)):
        if not np.isfinite(numbers).all() or (np.diff(numbers) < 0).any():
            raise BrokenBundle(f"{FILE} holds quantiles out of order")


def _are_correlations(rows: list[list[float]], fields: int) -> bool:
    """Tell whether a matrix is symmetric with ones on its diagonal, and clearly positive definite."""
    if [len(row) for row in rows] != [fields] * fields:
        return False
    matrix = np.array(rows)
    if not np.isfinite(matrix).all() or (matrix != matrix.T).any() or (np.diag(matrix) != 1).any():
        return False
    return bool(np.linalg.eigvalsh(matrix).min() >= MIN_EIGENVALUE)
