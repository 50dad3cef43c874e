"""A Parquet file, or a folder of Parquet files, as the input of a job."""

from collections.abc import Iterator

import pyarrow as pa

from service.jobs.sources.folder_listing import FolderListing, ParquetInput
from service.jobs.sources.partitions import Partition, WrongInput, first_line, open_parquet, parquet_partitions
from wire.cells.text_style import PROGRAM_STYLE


class ParquetSource:
    """Files with the same columns, in any order. The keys of subfolders are columns of text after those of the files."""

    style = PROGRAM_STYLE

    def __init__(self, name: str, listing: FolderListing) -> None:
        self.name = name
        self.ignored_files = listing.ignored
        self.matched: dict[str, str] = {}
        self._files = listing.files
        self.columns, total = _describe(listing.files[0])
        for file in listing.files[1:]:
            columns, rows = _describe(file)
            if sorted(columns) != sorted(self.columns):
                raise WrongInput(f"{file.path.name} has other columns than {listing.files[0].path.name}.")
            total += rows
        self.rows: int | None = total
        self.typed = frozenset(self.columns) - listing.files[0].keys.keys()

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]:
        for file in self._files:
            yield from parquet_partitions(file.path, columns, max_batches, keys=file.keys)


def _describe(file: ParquetInput) -> tuple[list[str], int]:
    """Return the names of the columns, and the number of rows. Raises WrongInput if the file is damaged."""
    try:
        with open_parquet(file.path) as parquet:
            return [*parquet.schema_arrow.names, *file.keys], parquet.metadata.num_rows
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise WrongInput(f"{file.path.name} cannot be read: {first_line(error)}") from error
