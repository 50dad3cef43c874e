"""How much worse a model gets when one field is shuffled: Breiman, Random Forests, 2001. Sure by a bootstrap of both."""

import numpy as np

from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import SEED, Resamples, figure
from service.fields.lookup import number_fields
from service.rows.columns import Columns
from service.schemas import Importance

SHUFFLES = 5
MAX_ROWS = 2000


def importance(held_out: HeldOut) -> list[Importance]:
    """Return every input, the most important first. With a single input there is nothing to compare: none."""
    inputs = held_out.card.inputs
    if len(inputs) == 1:
        return []
    random = np.random.default_rng(SEED)
    chosen = np.sort(random.permutation(len(held_out.truth))[:MAX_ROWS])
    truth = held_out.truth[chosen]
    measure = held_out.measure
    answer, weights = held_out.answer[chosen], Resamples(len(chosen)).weights
    whole, redrawn = measure.value(truth, answer), measure.of(truth, answer, weights)
    kept = random.integers(0, SHUFFLES, (len(weights), SHUFFLES))
    found = []
    for field in inputs:
        shuffled = [random.permutation(len(chosen)) for _ in range(SHUFFLES)]
        parts = np.split(held_out.outputs(_with_shuffled(held_out, field.name, chosen, shuffled)), SHUFFLES)
        drops = [measure.sign * (whole - measure.value(truth, part)) for part in parts]
        again = [measure.sign * (redrawn - measure.of(truth, part, weights)) for part in parts]
        low, high = np.nanquantile(np.take_along_axis(np.stack(again, axis=1), kept, axis=1).mean(axis=1), [0.025, 0.975])
        found.append(Importance(field=field.name, drop=figure(float(np.mean(drops)), low, high, len(chosen))))
    return sorted(found, key=lambda each: (-each.drop.value, each.field))


def _with_shuffled(
    held_out: HeldOut, name: str, chosen: "np.ndarray[tuple[int], np.dtype[np.intp]]", shuffled: list[np.ndarray]
) -> Columns:
    """Return the chosen rows once for each shuffle, one below the other, with the values of one field in its order."""
    columns = held_out.columns
    numeric = [field.name for field in number_fields(held_out.card)]
    rows, orders = np.tile(chosen, SHUFFLES), np.concatenate([chosen[order] for order in shuffled])
    matrix = columns.numbers[rows]
    if name in numeric:
        place = numeric.index(name)
        matrix[:, place] = columns.numbers[orders, place]
    texts = {
        field: [values[place] for place in (orders if field == name else rows)] for field, values in columns.texts.items()
    }
    return Columns(matrix, texts)
