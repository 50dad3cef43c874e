"""Write the evaluation of a bundle, and read and check it when the bundle is opened."""

from pathlib import Path

import msgspec

from service.errors import BrokenBundle
from service.schemas import Card, Classification, ClassificationEvaluation, Evaluation

FILE = "evaluation.json"
MAX_BYTES = 2**20
_DECODER: msgspec.json.Decoder[Evaluation] = msgspec.json.Decoder(Evaluation)


def write_evaluation(folder: Path, evaluation: Evaluation) -> None:
    (folder / FILE).write_bytes(msgspec.json.encode(evaluation, order="deterministic"))


def read_evaluation(folder: Path, card: Card) -> Evaluation | None:
    """Return the evaluation, or None if the bundle has none. Raises BrokenBundle if it does not fit the card."""
    file = folder / FILE
    if not file.exists():
        return None
    if file.stat().st_size > MAX_BYTES:
        raise BrokenBundle(f"{FILE} is larger than {MAX_BYTES // 2**10} kB")
    try:
        evaluation = _DECODER.decode(file.read_bytes())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenBundle(f"{FILE} does not fit: {str(error)[:200]}") from error
    _check(evaluation, card)
    return evaluation


def _check(evaluation: Evaluation, card: Card) -> None:
    """Raise BrokenBundle if an evaluation belongs to another card."""
    output = card.output
    if isinstance(evaluation, ClassificationEvaluation):
        if not isinstance(output, Classification) or evaluation.focus != output.focus:
            raise BrokenBundle(f"{FILE} belongs to another output than that of the card")
    elif isinstance(output, Classification):
        raise BrokenBundle(f"{FILE} belongs to another output than that of the card")
    inputs = {field.name for field in card.inputs}
    if not {importance.field for importance in evaluation.importance} <= inputs:
        raise BrokenBundle(f"{FILE} names a field that is not an input")
    if [band.value for band in evaluation.bands] != [band.value for band in output.bands]:
        raise BrokenBundle(f"{FILE} has other bands than the card")
