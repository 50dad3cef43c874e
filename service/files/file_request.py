"""What a caller asks of a file, and the answer. Separate from the readers, so that Arrow is imported on first use."""

from collections.abc import Generator
from dataclasses import dataclass

from service.schemas import Recognised
from service.schemas.row_files import DateOrder, Decimal
from wire.media_types import FileKind, Kind


@dataclass(frozen=True)
class Asked:
    """How a caller describes a file, and what they want back."""

    kind: FileKind
    answer: Kind
    charset: str = ""
    decimal: Decimal | None = None
    dates: DateOrder | None = None
    """None: dates with dots begin with the day, dates with slashes are refused."""
    keep_inputs: bool = False
    """Give the model's own columns back too, as they came."""
    max_rows: int = 2_000_000
    max_json_rows: int = 10_000


@dataclass(frozen=True)
class FileAnswer:
    recognised: Recognised
    pieces: Generator[bytes]
    """Each is some thousand rows' work. Raises ModelFailed, InvalidFile in their middle."""
