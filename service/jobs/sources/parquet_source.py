"""A Parquet file, or a folder of Parquet files, as the input of a job."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from service.jobs.sources.partitions import Partition, WrongInput, parquet_partitions


class ParquetSource:
    def __init__(self, path: Path, files: list[Path]) -> None:
        self.name = str(path.resolve())
        self._files = files
        parquets = [pa.parquet.ParquetFile(file) for file in files]
        self.columns = list(parquets[0].schema_arrow.names)
        self.rows: int | None = sum(file.metadata.num_rows for file in parquets)
        names = sorted(self.columns)
        different = [file for file, each in zip(files, parquets, strict=True) if sorted(each.schema_arrow.names) != names]
        if different:
            raise WrongInput(f"{different[0].name} has other columns than {files[0].name}.")

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]:
        for file in self._files:
            yield from parquet_partitions(file, columns, max_batches)


def parquet_files(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder. Raises WrongInput if a subfolder has Parquet files too."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".parquet" and file.is_file())
    in_subfolders = [file for file in files if file.parent != folder]
    if in_subfolders:
        inner = in_subfolders[0].relative_to(folder).parent
        raise WrongInput(
            f"Subfolders are not read, and {str(inner)[:64]!r} has Parquet files. Put all files into one folder."
        )
    return files
