"""All ways in which a row can be asked, by name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from service.bundles.model import Model
from service.comparisons.comparison import LIVE, Ask, compare
from service.comparisons.service_ways import answer_file, answer_live, answer_tensors
from service.errors import Fault, InvalidInput
from service.export_processes.made_forms import MadeForms
from service.exports.forms import FORMS, require_exports
from service.exports.proof.proof_answers import TimedAnswers
from service.questions.row_variants import base_of
from service.schemas import Comparison, Row

STORED = "stored"
_OF_THE_SERVICE: Mapping[str, Callable[[Model, Row], TimedAnswers]] = {"file": answer_file, "v2": answer_tensors}
WAYS = [LIVE, STORED, *_OF_THE_SERVICE, *FORMS]
RunInThread = Callable[[Callable[[Model, Row], TimedAnswers], Model, Row], Awaitable[TimedAnswers]]


@dataclass(frozen=True)
class RowQuestion:
    """A row, and what can answer it."""

    model: Model
    row: Row
    run_in_thread: RunInThread
    forms: MadeForms
    stored: Ask | None = None
    """Looks up what is stored for the key of the row; None: it has no key."""

    async def ask(self, ways: Sequence[str], max_seconds: float) -> Comparison[Any]:
        """Return the answers of some ways. Raises ExportsForbidden, InvalidInput, ModelFailed if there is no live answer."""
        require_exports(self.model.card)
        base_of(self.model.checks, self.row)
        row = {field.name: self.row.get(field.name) for field in self.model.checks.fields}
        known = self._asks(row)
        faults = [
            Fault(None, "unknown_way", f"Expected one of: {', '.join([LIVE, *known])}.", path=("ways", index))
            for index, way in enumerate(ways)
            if way not in {LIVE, *known}
        ]
        if faults:
            raise InvalidInput("There is no such way to ask a row.", faults=faults)
        live = await self.run_in_thread(answer_live, self.model, row)
        known[LIVE] = partial(_given, live)
        return await compare(self.model, live, {way: known[way] for way in ways}, max_seconds)

    def _asks(self, row: Row) -> dict[str, Ask]:
        asks: dict[str, Ask] = {} if self.stored is None else {STORED: self.stored}
        asks |= {way: partial(self.run_in_thread, ask, self.model, row) for way, ask in _OF_THE_SERVICE.items()}
        return asks | {kind: partial(self.forms.answer, self.model, kind, row) for kind in FORMS}


async def _given(answers: TimedAnswers) -> TimedAnswers:
    return answers
