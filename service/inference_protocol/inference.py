"""An inference request that was read, and its way back: faults point into its tensors, answers become tensors."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.bundles.model import Model, Table
from service.errors import Fault, InvalidInput
from service.inference_protocol.answer_tensors import encode_answer
from service.rows.columns import Columns
from service.rows.strict_json import safe_text
from service.schemas import Card, Row


@dataclass(frozen=True)
class Inference:
    """The rows of a request, and what its answer must have."""

    rows: list[Row]
    positions: Mapping[str, int]
    """Field → the index of its tensor in the request."""
    id: str | None
    outputs: Mapping[str, bool]
    """The name of each output → whether it comes as bytes, in the order of the answer."""

    def __len__(self) -> int:
        return len(self.rows)

    def columns(self, model: Model) -> Columns:
        """Return the rows as columns. Raises InvalidInput, which points into the tensors as if all of them were JSON."""
        try:
            return model.checks.columns(self.rows)
        except InvalidInput as error:
            raise InvalidInput(error.detail, faults=[self._in_tensor(fault) for fault in error.faults]) from None

    def answer(self, card: Card, table: Table) -> tuple[bytes, int | None]:
        """Return the body of the answer, and the length of its JSON if bytes of tensors follow it."""
        return encode_answer(card, self.id, self.outputs, table)

    def _in_tensor(self, fault: Fault) -> Fault:
        assert fault.field is not None  # noqa: S101 - the checks of rows name the field of each fault
        path = ("inputs", self.positions[fault.field], "data")
        return replace(fault, path=path, field=None, message=f"{safe_text(fault.field)}: {fault.message}")
