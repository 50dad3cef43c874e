"""The request for the score of a file, and its answer. This module does not import Arrow: that loads on first use."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from service.schemas import Recognised
from wire.cells.text_style import DateOrder, Missing, Sign, Thousands
from wire.languages import Language
from wire.media_types import Compression, FileKind, Kind


@dataclass(frozen=True)
class FileRequest:
    """How the caller describes a file, and the kind of answer that the caller wants."""

    kind: FileKind
    answer: Kind
    charset: str = ""
    compression: Compression | None = None
    sheet: str | None = None
    """The sheet of a workbook. None: the first one that is visible."""
    decimal: Sign | None = None
    """None: the file shows its decimal sign."""
    thousands: Thousands | None = None
    dates: DateOrder | None = None
    missing: Missing = "empty"
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field → the column that holds it, for columns with another name than that of the field and its label."""
    keep_inputs: bool = False
    """Return the input columns of the model too, unchanged."""
    prefix: str | None = None
    """What the names of the added columns begin with. None: nothing, unless the file has a column with such a name."""
    language: Language = "en"
    """The language of the sentences in an answer in JSON."""
    max_unpacked_bytes: int = 2**28
    max_rows: int = 2_000_000
    max_json_rows: int = 10_000

    @property
    def is_packed(self) -> bool:
        """Whether the file must be unpacked before it is read."""
        return self.kind == "xlsx" or self.compression is not None


@dataclass(frozen=True)
class FileAnswer:
    recognised: Recognised
    pieces: Generator[bytes]
    """Bytes of the answer, one piece per part. An iteration raises ModelFailed or InvalidFile."""
