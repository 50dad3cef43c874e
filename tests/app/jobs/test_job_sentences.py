"""Promises of the sentences with which a job ends: they name the file, the type and the way out."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.jobs.__main__ import main
from tests.support.job_runs import MODEL
from tests.support.server_process import free_port

Job = Callable[[str | Path], str]


@pytest.fixture
def sentence(tmp_path: Path, bundles: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Run a job that must fail; return its sentence."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))

    def run(source: str | Path) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["predict", "--model", MODEL, "--input", str(source)])
        return str(ended.value)

    return run


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_column_of_another_type_is_named_with_its_file_and_its_type(
    is_folder: bool,  # noqa: FBT001
    sentence: Job,
    inputs: dict[str, pd.DataFrame],
    tmp_path: Path,
) -> None:
    table = pa.Table.from_pandas(inputs["predict"].head(10), preserve_index=False)
    index = table.schema.get_field_index("credit_limit")
    wrong = table.set_column(index, "credit_limit", table["credit_limit"].cast(pa.string()))
    (tmp_path / "in").mkdir()
    pq.write_table(table, tmp_path / "in" / "part-0.parquet")
    pq.write_table(wrong, tmp_path / "in" / "part-1.parquet")
    source = tmp_path / "in" if is_folder else tmp_path / "in" / "part-1.parquet"
    assert sentence(source) == (
        "part-1.parquet: The column credit_limit has another type than the model needs. "
        "The column holds string, not a number."
    )


def test_a_database_that_nobody_answers_is_told(sentence: Job) -> None:
    said = sentence(f"postgresql://someone:secret-word@127.0.0.1:{free_port()}/clients#clients")
    assert said.startswith("The database of the input cannot be reached, or it refuses the user. Check that it runs")
    assert "secret-word" not in said


def test_a_folder_of_the_store_that_is_not_there_is_told_and_not_made(
    sentence: Job, inputs: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs["predict"].head(10).to_parquet(tmp_path / "in.parquet")
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/nofolder/x.db")
    assert sentence(tmp_path / "in.parquet") == (
        "There is no folder nofolder for the database file x.db. Create it, or correct the address of the database."
    )
    assert not (tmp_path / "nofolder").exists()
