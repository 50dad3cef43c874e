"""A scored file as the page shows it: counts, a distribution, some of its rows, one row as a case."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from client import Card, InvalidAnswer, RecognisedFile, Row
from demo.fields import field_types
from demo.text.wording import answer_column, is_classification

ALL_ROWS, REFUSED = "every", "refused"
PAGE_ROWS = 1000
MAX_BYTES = 512 * 2**20
_BINS = 20
_SAMPLE_ROWS = 50


@dataclass(frozen=True)
class ScoredFile:
    """The whole answer; `table` holds the file's own columns, then the predictions, `error` and `row`."""

    name: str
    recognised: RecognisedFile
    version: str
    table: pa.Table


class AnswerTooLarge(InvalidAnswer):
    """More answers than are held of one file."""


def read_answer(pieces: Iterator[bytes], seen: Callable[[int], None]) -> pa.Table:
    """Return the answer as a table; tells after each part how many rows have come. Raises ServiceError.

    The table lies in a file without a name, which goes when the table does: a large one takes no memory of the demo.
    """
    rows = 0
    with tempfile.TemporaryFile() as file:
        try:
            with (
                pa.ipc.open_stream(pa.PythonFile(_ChunkReader(pieces), "r")) as stream,
                pa.ipc.new_stream(pa.PythonFile(file, "w"), stream.schema) as held,
            ):
                for batch in stream:
                    rows += batch.num_rows
                    _write_batch(held, batch)
                    if file.tell() > MAX_BYTES:
                        raise AnswerTooLarge("The answer is larger than what is held of one file.")
                    seen(rows)
            file.flush()
            return pa.ipc.open_stream(pa.py_buffer(mmap(file.fileno(), 0, access=ACCESS_READ))).read_all()
        except (pa.ArrowException, OSError) as error:
            raise InvalidAnswer("The answer is no whole Arrow stream.") from error


def _write_batch(held: pa.ipc.RecordBatchStreamWriter, batch: pa.RecordBatch) -> None:
    try:
        held.write_batch(batch)
    except OSError as error:
        raise AnswerTooLarge("There is no room for the answer.") from error


class _ChunkReader(io.RawIOBase):
    """Pieces of bytes as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, missing = [self._held], (size if size >= 0 else 2**62) - len(self._held)
        while missing > 0 and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            missing -= len(piece)
        whole = b"".join(parts)
        wanted, self._held = (whole, b"") if size < 0 else (whole[:size], whole[size:])
        return wanted


def is_complete(card: Card, recognised: RecognisedFile, table: pa.Table) -> bool:
    """Tell whether a table has a row for each of the file, and the columns that this model's answer adds."""
    return table.num_rows == recognised["rows"] and {answer_column(card), "decision", "error_codes", "error", "row"} <= set(
        table.schema.names
    )


def count_choices(card: Card, table: pa.Table) -> dict[str, int]:
    """Return how many rows there are of each choice: every, one a band of the card, refused."""
    decided = {each["values"]: each["counts"] for each in pc.value_counts(table["decision"]).to_pylist()}
    bands = {band["value"]: decided.get(band["value"], 0) for band in card["output"].get("bands", [])}
    return {ALL_ROWS: table.num_rows, **bands, REFUSED: table.num_rows - table["error"].null_count}


def make_histogram(card: Card, table: pa.Table) -> list[tuple[float, float, int]]:
    """Return the distribution of the answers: low end, high end, rows."""
    answers = table[answer_column(card)].drop_null()
    if not len(answers):
        return []
    ends = pc.min_max(answers).as_py()
    low, high = (0.0, 1.0) if is_classification(card) else (ends["min"], ends["max"])
    width = (high - low) / _BINS or 1.0
    places = pc.min_element_wise(pc.floor(pc.divide(pc.subtract(answers, low), width)), _BINS - 1)
    found = {int(each["values"]): each["counts"] for each in pc.value_counts(places).to_pylist()}
    return [(low + width * place, low + width * (place + 1), found.get(place, 0)) for place in range(_BINS)]


def interquartile_range(card: Card, table: pa.Table) -> tuple[float, float]:
    """Return between which answers the middle half of the scored rows lies."""
    low, high = pc.quantile(table[answer_column(card)], [0.25, 0.75]).to_pylist()
    return low, high


def select_rows(card: Card, table: pa.Table, choice: str, order: str, part: int = 0) -> pa.Table:
    """Return a part of the rows of a choice, in the order of the file or of the answer, the answer's columns in front."""
    places = _row_indices(card, table, choice, order)
    start = part * PAGE_ROWS
    shown = table.slice(start, PAGE_ROWS) if places is None else table.take(places.slice(start, PAGE_ROWS))
    front = ["row", "error_codes", "error"] if choice == REFUSED else ["row", "decision", answer_column(card)]
    added = {"row", "error_codes", "error", "decision", "label", answer_column(card)}
    hidden = {name for name in table.schema.names if name.startswith("probability_")}
    front = [name for name in front if name != "decision" or card["output"].get("bands")]
    rest = [name for name in table.schema.names if name not in added | hidden]
    shown = shown.select([*front, *rest])
    return _with_band_labels(card, shown) if "decision" in front else shown


def _row_indices(card: Card, table: pa.Table, choice: str, order: str) -> pa.Array | None:
    """Return where the rows of a choice lie, in their order; None where that is all of them as they are."""
    if choice == REFUSED:
        return pc.indices_nonzero(pc.is_valid(table["error"]))
    places = None if choice == ALL_ROWS else pc.indices_nonzero(pc.equal(table["decision"], choice))
    if order == "file":
        return places
    answers = table[answer_column(card)]
    keys = [("", "descending" if order == "high" else "ascending")]
    ordered = pc.sort_indices(answers if places is None else answers.take(places), sort_keys=keys)
    return ordered if places is None else places.take(ordered)


def replace_error_codes(table: pa.Table, say: Callable[[str, str], str]) -> pa.Table:
    """Put what `say` makes of codes and sentence in the place of both."""
    pairs = zip(table["error_codes"].to_pylist(), table["error"].to_pylist(), strict=True)
    said = pa.array([say(codes, sentence) for codes, sentence in pairs], pa.string())
    return table.drop_columns("error_codes").set_column(1, "error", said)


def _with_band_labels(card: Card, table: pa.Table) -> pa.Table:
    """Put the words for a band in place of its value."""
    words = {band["value"]: band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    said = pa.array([words.get(each, each) for each in table["decision"].to_pylist()], pa.string())
    return table.set_column(table.schema.get_field_index("decision"), "decision", said)


def is_scored(card: Card, file: ScoredFile, place: int) -> bool:
    """Tell whether row number `place` (1-based) has an answer."""
    return file.table[answer_column(card)][place - 1].as_py() is not None


def model_row(card: Card, file: ScoredFile, place: int) -> Row:
    """Return the values of row number `place` (1-based) that the model's fields take; others are left out."""
    cells = file.table.slice(place - 1, 1).to_pylist()[0]
    row: Row = {}
    for name, field in field_types.by_name(card).items():
        try:
            row[name] = field.from_cell(cells[name], decimal_comma=file.recognised.get("decimal") == "comma")
        except (KeyError, ValueError):
            continue
    return row


def to_parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def make_sample(card: Card) -> bytes:
    """Return real rows of the card as a CSV to begin with. It goes back to the model, so its cells stay as they are."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [field["name"] for field in card["inputs"]], restval="")
    writer.writeheader()
    writer.writerows(card.get("real_rows", [])[:_SAMPLE_ROWS])
    return out.getvalue().encode("utf-8-sig")
