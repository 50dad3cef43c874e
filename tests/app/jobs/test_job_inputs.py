"""Promises of the input of nightly jobs: a CSV is read as the API reads it, and the file of the store never."""

import contextlib
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import NullPool, create_engine, select, text
from starlette.testclient import TestClient

from service.bundles.bundle_files import read_card
from service.jobs.__main__ import main
from service.schemas import Card
from service.store.store import Store
from service.store.tables import refused_rows, stored_features, stored_predictions
from tests.support.databases import new_database

MODEL = "credit-default"
Job = Callable[..., None]


@pytest.fixture(scope="module")
def card(bundles: Path) -> Card:
    return read_card(bundles / MODEL)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/witryna.db", 60.0)
    yield opened
    opened.close()


@pytest.fixture
def job(tmp_path: Path, bundles: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))

    def run(source: str | Path, *options: str) -> None:
        main(["predict", "--model", MODEL, "--input", str(source), *options])

    return run


def messy(card: Card) -> list[str]:
    """Real rows as an office writes them: decimal commas, a column more, one row cut short, some cells that are none."""
    rows = [[str(value).replace(".", ",") for value in row.values()] for row in card.real_rows[:30]]
    rows[3][0] = "brak"
    rows[4][1] = ""
    rows[5][2] = "-7"
    rows[6] = rows[6][:4]
    rows[7][3] = " +1 "
    names = ["client_id", "branch", *card.real_rows[0]]
    return [";".join(names), *(";".join([str(index), "Łódź", *row]) for index, row in enumerate(rows, 1))]


@pytest.mark.parametrize(("encoding", "options"), [("utf-8-sig", ()), ("cp1250", ("--charset", "windows-1250"))])
def test_a_csv_is_read_as_the_api_reads_it(
    encoding: str, options: tuple[str, ...], card: Card, job: Job, store: Store, service: TestClient, tmp_path: Path
) -> None:
    text = "\r\n".join(messy(card)).encode(encoding)
    file = tmp_path / "clients.csv"
    file.write_bytes(text)
    job(file, *options)
    kind = {"Content-Type": f"text/csv; charset={'windows-1250' if options else 'utf-8'}", "Accept": "application/json"}
    said = service.post(f"/v1/models/{MODEL}/predictions", content=text, headers=kind).json()
    with store.reading() as connection:
        kept = {row.place: in_english(json.loads(row.prediction)) for row in connection.execute(select(stored_predictions))}
        refused = {(row.place, row.field or None, row.code, row.message) for row in connection.execute(select(refused_rows))}
    assert kept == {index: each for index, each in enumerate(said["predictions"], 1) if each}
    errors = {(each["row"], each.get("column"), each["code"], each["message"]) for each in said["errors"]}
    assert refused == errors
    assert {index for index, *_ in errors} == {4, 5, 6, 7}


def in_english(prediction: dict[str, Any]) -> dict[str, Any]:
    """Return a stored prediction, whose sentences are in all languages, as a caller gets it."""
    for warning in prediction["warnings"]:
        if warning.get("sentence"):
            warning["sentence"] = warning["sentence"]["en"]
    return prediction


def test_a_stored_row_is_written_as_a_caller_writes_it(card: Card, job: Job, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("\n".join(messy(card)), encoding="utf-8")
    job(file)
    with store.reading() as connection:
        rows = {row.key: row.row for row in connection.execute(select(stored_predictions))}
    assert json.loads(rows["1"]) == dict(card.real_rows[0])
    assert '"months_late_now":0,' in rows["1"] or '"months_late_now":1,' in rows["1"], "a whole number has no point"


def test_a_thousand_that_may_be_one_is_not_guessed(card: Card, job: Job, tmp_path: Path) -> None:
    row = dict(card.real_rows[0]) | {"credit_limit": "50,000"}
    file = tmp_path / "clients.csv"
    file.write_text(
        ";".join(["client_id", *row]) + "\n" + ";".join(["1", *map(str, row.values())]).replace("0.", "0") + "\n"
    )
    with pytest.raises(SystemExit, match="--decimal point or --decimal comma"):
        job(file)


@pytest.mark.parametrize("spelling", ["plain", "roundabout", "link"])
def test_the_stores_own_file_is_no_input(spelling: str, job: Job, store: Store, tmp_path: Path) -> None:
    store.prepare()
    (tmp_path / "link.db").symlink_to(tmp_path / "witryna.db")
    (tmp_path / "folder").mkdir()
    named = {"plain": "witryna.db", "roundabout": "folder/../witryna.db", "link": "link.db"}[spelling]
    with pytest.raises(SystemExit, match="the file of the store"):
        job(f"sqlite:///{tmp_path}/{named}#stored_predictions")


@pytest.mark.usefixtures("job")
def test_the_features_job_reads_an_offices_csv_too(tmp_path: Path) -> None:
    months = [f"2005-{month:02d}" for month in range(9, 3, -1)]
    lines = ["client;month;status;bill;paid;limit", *(f"7;{month};0;1000,5;500,25;20000" for month in months)]
    (tmp_path / "statements.csv").write_text("\n".join(lines))
    main(["features", "--model", MODEL, "--input", str(tmp_path / "statements.csv"), "--output", str(tmp_path / "out")])
    (row,) = pq.read_table(tmp_path / "out" / "features.parquet").to_pylist()
    assert (row["client_id"], row["last_payment"], row["share_used_now"]) == ("7", 500.25, 0.05)


def test_an_empty_text_in_a_csv_is_not_known_by_night_as_by_day(
    bundles: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))
    file = tmp_path / "comments.csv"
    file.write_text('id,comment\n1,fine\n2,\n3,""\n4,again\n', encoding="utf-8")
    main(["predict", "--model", "comment-sentiment", "--input", str(file), "--key", "id"])
    with store.reading() as connection:
        kept = {row.key for row in connection.execute(select(stored_predictions))}
        refused = {(row.key, row.field, row.code) for row in connection.execute(select(refused_rows))}
    assert (kept, refused) == ({"1", "4"}, {("2", "comment", "missing_field"), ("3", "comment", "missing_field")})


# Keys and files as other programs write them

NUMBERS = [1, 17, 12_345_678]
KEYS: dict[str, tuple[pa.Array, list[str | None]]] = {
    "a decimal of Spark": (pa.array(map(Decimal, NUMBERS), pa.decimal128(38, 0)), ["1", "17", "12345678"]),
    "a decimal of Oracle": (pa.array([Decimal("1.00"), Decimal("17.50"), None], pa.decimal128(20, 2)), ["1", None, None]),
    "a decimal of 38 digits": (pa.array([Decimal(10**37 + each) for each in NUMBERS]), [str(10**37 + x) for x in NUMBERS]),
    "a float of pandas": (pa.array([1.0, float("nan"), 12_345_678.0]), ["1", None, "12345678"]),
    "a float with a null": (pa.array([1.0, None, -3.0]), ["1", None, "-3"]),
    "no whole numbers": (pa.array([1.5, float("inf"), 2.0**53]), [None, None, None]),
    "the largest float": (pa.array([2.0**53 - 1, -(2.0**53 - 1), 0.0]), [str(2**53 - 1), str(1 - 2**53), "0"]),
    "a small float": (pa.array([1.0, 2.0**24 - 1, 2.0**24], pa.float32()), ["1", str(2**24 - 1), None]),
    "truths": (pa.array([True, False, None]), [None, None, None]),
    "lists": (pa.array([[1], [], None]), [None, None, None]),
    "structures": (pa.array([{"a": 1}, {"a": 2}, None]), [None, None, None]),
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.usefixtures("job")
def test_a_whole_number_is_the_same_key_in_every_type_and_what_is_none_refuses_its_row(
    kind: str, card: Card, store: Store, tmp_path: Path
) -> None:
    column, expected = KEYS[kind]
    fixed = {"month": ["2005-09"] * 3, "status": [0] * 3, "bill": [0] * 3, "paid": [0] * 3, "limit": [20_000] * 3}
    pq.write_table(pa.table({"id": column} | fixed), tmp_path / "statements.parquet")
    row = {name: [value] * 3 for name, value in card.real_rows[0].items()}
    pq.write_table(pa.table({"id": column} | row), tmp_path / "rows.parquet")
    for command, file, table in (("features", "statements", stored_features), ("predict", "rows", stored_predictions)):
        arguments = [command, "--model", MODEL, "--input", str(tmp_path / f"{file}.parquet"), "--key", "id"]
        if any(expected):
            main(arguments)
        else:
            with pytest.raises(SystemExit, match=r"None of 3 rows could be used.*id (wrong_type|missing_field)"):
                main(arguments)
        with store.reading() as connection:
            wanted = select(table.c.key, table.c.place)
            kept = {index: key for key, index in connection.execute(wanted)}
            fields = set(connection.execute(select(refused_rows.c.field)).scalars())
        assert [kept.get(index) for index in (1, 2, 3)] == expected
        assert fields <= {"id"}


@pytest.mark.parametrize(("decimal", "sign"), [("point", "."), ("comma", ",")])
@pytest.mark.usefixtures("job")
def test_a_whole_number_in_a_csv_is_the_same_key_however_it_is_written_and_text_stays_text(
    decimal: str, sign: str, card: Card, store: Store, tmp_path: Path
) -> None:
    other = "," if sign == "." else "."
    written = [
        f"17{sign}0",
        f"5{sign}00",
        " 6 ",
        "-3",
        "007",
        f"007{sign}0",
        f"8{other}0",
        f"1{sign}000",
        f"A{sign}0",
        f"9{sign}5",
    ]
    written += ["9" * 15 + f"{sign}0", "9" * 16 + f"{sign}0", "  "]
    eight = "8" if other == "." else "8,0"  # a text 8.0 is 8 for a request too
    expected = ["17", "5", "6", *written[3:6], eight, *written[7:10], "9" * 15, written[11]]
    row = [str(value).replace(".", sign) for value in card.real_rows[0].values()]
    rows = [["id", *card.real_rows[0]], *([key, *row] for key in written)]
    statements = [["id", "month", "status", "bill", "paid", "limit"]]
    statements += [[key, "2005-09", "0", "0", f"0{sign}5", "20000"] for key in written]
    for command, lines, table in (("features", statements, stored_features), ("predict", rows, stored_predictions)):
        (tmp_path / "in.csv").write_text("\n".join(map(";".join, lines)))
        main([command, "--model", MODEL, "--input", str(tmp_path / "in.csv"), "--key", "id", "--decimal", decimal])
        with store.reading() as connection:
            kept = connection.execute(select(table.c.key).order_by(table.c.place)).scalars().all()
            refused = connection.execute(select(refused_rows.c.field, refused_rows.c.code)).all()
        assert kept == expected
        assert set(refused) == {("id", "missing_field")}


@pytest.mark.usefixtures("job")
def test_a_text_of_parquet_is_the_key_that_a_request_names_with_it(card: Card, store: Store, tmp_path: Path) -> None:
    row = {name: [value] * 3 for name, value in card.real_rows[0].items()}
    pq.write_table(pa.table({"id": ["17.0", " 6 ", "007.0"]} | row), tmp_path / "rows.parquet")
    main(["predict", "--model", MODEL, "--input", str(tmp_path / "rows.parquet"), "--key", "id"])
    with store.reading() as connection:
        assert set(connection.execute(select(stored_predictions.c.key)).scalars()) == {"17", "6", "007.0"}


@pytest.mark.usefixtures("job")
def test_where_every_row_is_refused_the_reasons_are_written_too(card: Card, tmp_path: Path) -> None:
    statements = {"month": ["2005-09"] * 2, "status": [0] * 2, "bill": [0] * 2, "paid": [0] * 2, "limit": [20_000] * 2}
    rows = {name: [value] * 2 for name, value in card.real_rows[0].items()}
    for command, table in (("features", statements), ("predict", rows)):
        pq.write_table(pa.table({"id": [None, "x" * 65]} | table), tmp_path / "in.parquet")
        out = tmp_path / command
        with pytest.raises(SystemExit, match="None of 2 rows could be used"):
            main([command, "--model", MODEL, "--input", str(tmp_path / "in.parquet"), "--key", "id", "--output", str(out)])
        assert [file.name for file in out.iterdir()] == ["refused.parquet"]
        refused = pq.read_table(out / "refused.parquet").to_pylist()
        assert [(each["place"], each["code"]) for each in refused] == [(1, "missing_field"), (2, "too_long")]


@pytest.mark.usefixtures("job")
def test_where_every_row_is_refused_and_the_reasons_cannot_be_written_it_is_told(card: Card, tmp_path: Path) -> None:
    row = {name: [value] for name, value in card.real_rows[0].items()}
    pq.write_table(pa.table({"id": ["x" * 65]} | row), tmp_path / "in.parquet")
    (tmp_path / "out" / "refused.parquet").mkdir(parents=True)
    arguments = ["predict", "--model", MODEL, "--input", str(tmp_path / "in.parquet"), "--key", "id"]
    with pytest.raises(SystemExit, match=r"No row could be used, and refused\.parquet could not be written"):
        main([*arguments, "--output", str(tmp_path / "out")])


def test_a_hidden_file_of_a_folder_is_not_scored_and_the_output_counts_it(
    card: Card, job: Job, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visible, hidden = dict(card.real_rows[0]), dict(card.real_rows[1])
    assert visible != hidden
    for name, row in (("part-0.parquet", visible), (".part-0.parquet", hidden)):
        (tmp_path / "in").mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist([{"client_id": 1} | row]), tmp_path / "in" / name)
    job(tmp_path / "in")
    with store.reading() as connection:
        assert [json.loads(row) for row in connection.execute(select(stored_predictions.c.row)).scalars()] == [visible]
        assert connection.execute(select(refused_rows)).all() == []
    assert "ignored: 1 files with names that begin with . or _\n" in capsys.readouterr().out


@pytest.mark.usefixtures("job")
def test_statements_in_a_folder_for_each_month_are_those_of_one_file(tmp_path: Path) -> None:
    months = [f"2005-{month:02d}" for month in range(9, 3, -1)]
    fixed = {"client": [1, 2], "status": [0, 1], "bill": [1000, 2000], "paid": [500, 0], "limit": [20_000, 30_000]}
    for index, month in enumerate(months):
        (tmp_path / "in" / f"month={month}").mkdir(parents=True)
        table = pa.table(fixed | {"bill": [1000 + index, 2000]})
        pq.write_table(table, tmp_path / "in" / f"month={month}" / "part-0.parquet")
    whole = [
        {name: values[row] for name, values in fixed.items()} | {"month": month, "bill": [1000 + index, 2000][row]}
        for index, month in enumerate(months)
        for row in range(2)
    ]
    pq.write_table(pa.Table.from_pylist(whole), tmp_path / "whole.parquet")
    features = []
    for source in ("in", "whole.parquet"):
        main(["features", "--model", MODEL, "--input", str(tmp_path / source), "--output", str(tmp_path / "out")])
        table = pq.read_table(tmp_path / "out" / "features.parquet").drop_columns("computed_at")
        features.append(table.to_pylist())
    assert features[0] == features[1]
    assert len(features[0]) == 2


@pytest.mark.parametrize("name", ["sqlite_dump.parquet", "postgresql.parquet"])
def test_a_file_whose_name_begins_as_an_address_is_a_file(
    name: str, card: Card, job: Job, store: Store, tmp_path: Path
) -> None:
    pq.write_table(pa.Table.from_pylist([{"client_id": 1} | card.real_rows[0]]), tmp_path / name)
    with contextlib.chdir(tmp_path):
        job(name)
    with store.reading() as connection:
        assert connection.execute(select(stored_predictions.c.key)).scalars().all() == ["1"]


@pytest.mark.parametrize(
    "address", ["sqlite:x#t", "sqlite://#t", "postgresql://host:port/name#t", "sqlite:///#t", "oracle://x/y#t"]
)
def test_an_address_that_is_none_is_told_in_a_sentence(address: str, job: Job) -> None:
    with pytest.raises(
        SystemExit, match=r"A database address looks like|There is no Parquet file|oracle:// is none of them"
    ):
        job(address)


def test_numbers_of_a_table_that_are_infinite_or_none_refuse_their_rows(
    card: Card, postgres: Any, job: Job, store: Store
) -> None:
    url = new_database(postgres)
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    row = card.real_rows[0]
    names = ", ".join(f'"{name}"' for name in ["client_id", *row])
    limits = ["'Infinity'", "'-Infinity'", "'NaN'", "20000", "20000.5"]
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE clients (client_id numeric, {', '.join(f'{name} numeric' for name in row)})"))
        for key, limit in enumerate(limits, start=1):
            values = [limit if name == "credit_limit" else str(value) for name, value in row.items()]
            values_text = ", ".join([str(key), *values])
            connection.execute(text(f"INSERT INTO clients ({names}) VALUES ({values_text})"))  # noqa: S608 - our own
    job(f"{url}#clients")
    with store.reading() as connection:
        kept = connection.execute(select(stored_predictions.c.key)).scalars().all()
        refused = connection.execute(select(refused_rows.c.key, refused_rows.c.code)).all()
    assert kept == ["4", "5"]
    assert [tuple(each) for each in refused] == [("1", "not_finite"), ("2", "not_finite"), ("3", "not_finite")]


@pytest.mark.parametrize(("command", "key"), [("predict", "credit_limit"), ("features", "month"), ("features", "bill")])
def test_a_key_that_is_a_field_too_is_refused_in_a_sentence(command: str, key: str, card: Card, tmp_path: Path) -> None:
    statements = {"month": ["2005-09"], "status": [0], "bill": [0], "paid": [0], "limit": [20_000]}
    rows = {name: [value] for name, value in card.real_rows[0].items()}
    pq.write_table(pa.table(statements if command == "features" else rows), tmp_path / "in.parquet")
    with pytest.raises(SystemExit, match=f"The column {key} is a field of the rows"):
        main([command, "--model", MODEL, "--input", str(tmp_path / "in.parquet"), "--key", key])
