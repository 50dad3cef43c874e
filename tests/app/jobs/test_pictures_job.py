"""Promises of the nightly pictures: the same run from each kind of input, each refusal with a reason, nothing measured twice."""

import _thread
import csv
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from service.jobs.__main__ import main
from service.picture_features import picture_features
from service.store import lookups, run_history
from service.store.store import Store
from tests.support import picture_jobs
from tests.support.job_runs import newest_run
from tests.support.picture_jobs import CARD, KEY, MODEL, contents, file_of, plain, refusals, write_bundle, write_pictures

measured = picture_jobs.measured


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, url: str, tmp_path: Path) -> Any:
    """The job's command line, on either database."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", url)
    monkeypatch.setenv("SERVICE_BUNDLES", str(write_bundle(tmp_path / "bundles")))

    def run(given: Path, *more: str) -> None:
        main(["pictures", "--model", MODEL, "--input", str(given), *more])

    return run


def codes(store: Store) -> dict[str | None, str]:
    return {key: code for key, _, code in refusals(store, newest_run(store).id)}


@pytest.mark.usefixtures("measured")
def test_the_pictures_of_a_folder_a_csv_and_a_parquet_file_give_the_same_run(job: Any, store: Store, tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "in", 10)
    names = sorted(path.name for path in folder.iterdir())
    keys, files = [name[:3] for name in names], [(folder / name).read_bytes() for name in names]
    with (folder.parent / "paths.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("note", "path", KEY), *((1, f"in/{name}", key) for name, key in zip(names, keys, strict=True))]
        )
    structs = pa.array([{"bytes": content, "path": f"x/{name}"} for content, name in zip(files, names, strict=True)])
    pq.write_table(pa.table({KEY: keys, "anything": files}), tmp_path / "bytes.parquet", row_group_size=3)
    pq.write_table(pa.table({"image": structs, "label": keys}), tmp_path / "structs.parquet")
    told = []
    for given in ("in", "paths.csv", "bytes.parquet", "structs.parquet"):
        job(tmp_path / given)
        told.append(contents(store, newest_run(store).id))
    assert told[0].keys() == set(keys)
    assert told == [told[0]] * 4
    fields, digest, details, preview = told[0]["p03"]
    assert fields == {
        "text_share": 0.5,
        "words": 3,
        "language": "none",
        "has_price": False,
        "price": None,
        "brightness": round(30 / 255, 4),
    }
    assert (digest in details, preview[:2]) == (True, b"\xff\xd8")


def test_pictures_of_every_kind_are_read_and_hostile_ones_refused_with_a_reason(
    job: Any, store: Store, tmp_path: Path, measured: list[tuple[int, int]]
) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    good = {
        "cmyk.jpg": file_of(plain(100).convert("CMYK"), "JPEG"),
        "deep.png": file_of(Image.new("I;16", (60, 40), 40_000)),
        "turned.jpg": file_of(plain(100), "JPEG", exif=turned),
        "clear.webp": file_of(Image.new("RGBA", (60, 40), (0, 0, 0, 0)), "WEBP"),
        "wide.png": file_of(plain(0, (4000, 20))),
    }
    bad = {
        "broken.png": (file_of(Image.effect_noise((90, 90), 50))[:900], "broken_picture"),
        "empty.png": (b"", "unsupported_picture"),
        "large.png": (b"\x89PNG" + bytes(11 * 2**20), "picture_too_large"),
        "long.png": (file_of(Image.new("1", (21_000, 1))), "picture_too_large"),
        "bomb.png": (file_of(Image.new("1", (6000, 6000))), "picture_too_large"),
        "moving.gif": (
            file_of(plain(0), "GIF", save_all=True, append_images=[plain(200)]),
            "unsupported_picture",
        ),
        "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported_picture"),
        "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unsupported_picture"),
        "notes.txt": (b"no picture", "unsupported_picture"),
    }
    (tmp_path / "in").mkdir()
    for name, content in (good | {name: content for name, (content, _) in bad.items()}).items():
        (tmp_path / "in" / name).write_bytes(content)
    (tmp_path / "secret.png").write_bytes(file_of(plain(9)))
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "in" / "circle.png").symlink_to("circle.png")
    os.mkfifo(tmp_path / "in" / "pipe.png")
    (tmp_path / "in" / ".hidden.png").write_bytes(b"")
    (tmp_path / "in" / f"{'k' * 65}.png").write_bytes(file_of(plain(9)))
    job(tmp_path / "in")
    assert contents(store, newest_run(store).id).keys() == {"cmyk", "deep", "turned", "clear", "wide"}
    assert sorted(measured) == [(40, 60), (60, 40), (60, 40), (60, 40), (1600, 8)]
    expected: dict[str | None, str] = {name.partition(".")[0]: code for name, (_, code) in bad.items()}
    others = {"link": "outside_folder", "circle": "unreadable_picture", "pipe": "unreadable_picture", None: "too_long"}
    assert codes(store) == expected | others


@pytest.mark.usefixtures("measured")
def test_a_csv_opens_nothing_outside_of_its_folder(job: Any, store: Store, tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "inner" / "in", 2)
    outside = tmp_path / "outside.png"
    outside.write_bytes(file_of(plain(0)))
    (folder / "out").symlink_to(tmp_path)
    paths = {
        "good": ("in/p00.png", None),
        "windows": ("in\\p01.png", None),
        "missing": ("in/p99.png", "missing_picture"),
        "none": ("", "missing_picture"),
        "up": ("../outside.png", "outside_folder"),
        "down_up": ("in/../../outside.png", "outside_folder"),
        "absolute": (str(outside), "outside_folder"),
        "link": ("in/out/outside.png", "outside_folder"),
        "folder": ("in", "unreadable_picture"),
        "long": ("x" * 5000, "unreadable_picture"),
    }
    with (tmp_path / "inner" / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([(KEY, "path"), *((key, path) for key, (path, _) in paths.items()), ("", "in/p00.png")])
    job(tmp_path / "inner" / "in.csv")
    assert contents(store, newest_run(store).id).keys() == {"good", "windows"}
    assert codes(store) == {key: code for key, (_, code) in paths.items() if code} | {None: "missing_field"}


def test_a_picture_is_measured_once_as_long_as_its_file_is_the_same(
    job: Any, store: Store, tmp_path: Path, measured: list[tuple[int, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_pictures(tmp_path / "in", 9)
    job(folder)
    first = contents(store, newest_run(store).id)
    assert len(measured) == 9
    (folder / "p00.png").rename(folder / "renamed.png")
    (folder / "p01.png").write_bytes(file_of(plain(250)))
    job(folder)
    assert len(measured) == 10
    second = contents(store, newest_run(store).id)
    assert second["renamed"] == first["p00"]
    assert second["p01"][0]["words"] == 25
    assert {key: second[key] for key in first if key not in {"p00", "p01"}} == {
        key: value for key, value in first.items() if key not in {"p00", "p01"}
    }
    assert "unchanged: 8 pictures were measured before" in capsys.readouterr().out


@pytest.mark.usefixtures("measured")
def test_the_file_of_an_earlier_output_spares_the_measurement_also_without_the_packages_for_it(
    job: Any, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_pictures(tmp_path / "in", 6)
    job(folder, "--output", str(tmp_path / "out"))
    first = newest_run(store)
    run_history.discard_old_runs(store, "features", MODEL, 1)
    with store.writing() as connection:  # nothing is published any more
        connection.exec_driver_sql("UPDATE runs SET state = 'withdrawn'")
    monkeypatch.setattr("service.jobs.pictures.picture_batch.compute", picture_features.compute)
    monkeypatch.setattr("service.picture_features.text_recognition.find_spec", lambda _name: None)
    job(folder, "--computed", str(tmp_path / "out" / "features.parquet"))
    second = newest_run(store)
    assert second.id != first.id
    assert contents(store, second.id) == contents(store, first.id)
    (folder / "new.png").write_bytes(file_of(plain(77)))
    with pytest.raises(SystemExit, match=r"^Reading texts on pictures needs more packages: install the group pictures"):
        job(folder)


@pytest.mark.usefixtures("measured")
def test_a_stopped_run_goes_on_although_more_pictures_are_known_by_then(
    job: Any, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_pictures(tmp_path / "in", 12)
    file = picture_jobs.write_measured(folder, tmp_path / "measured.parquet")
    whole = run_history.store_batch

    def store_and_stop(*given: Any) -> None:
        whole(*given)
        _thread.interrupt_main()

    with monkeypatch.context() as patch:
        patch.setattr(run_history, "store_batch", store_and_stop)
        with pytest.raises(SystemExit, match="Stopped"):
            job(folder)
    begun = newest_run(store)
    job(folder, "--computed", str(file))
    assert (newest_run(store).id, newest_run(store).rows, begun.state) == (begun.id, 12, "running")


def test_a_value_that_the_card_refuses_refuses_its_picture(
    job: Any, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def many_words(image: Image.Image, digest: str) -> Any:
        features = picture_jobs.measure(image, digest)
        features.fields["words"] = 51 if image.width == 61 else 50
        return features

    monkeypatch.setattr("service.jobs.pictures.picture_batch.compute", many_words)
    folder = write_pictures(tmp_path / "in", 3)
    (folder / "wordy.png").write_bytes(file_of(plain(0, (61, 40))))
    job(folder)
    assert list(refusals(store, newest_run(store).id)) == [("wordy", "words", "out_of_range")]


@pytest.mark.usefixtures("measured")
def test_two_files_of_one_name_are_one_key_and_the_second_is_refused(job: Any, store: Store, tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "in", 2)
    write_pictures(folder / "more", 1)
    job(folder)
    assert newest_run(store).rows == 2
    assert codes(store) == {"p00": "duplicate_key"}


@pytest.mark.usefixtures("measured")
def test_a_roll_back_serves_the_pictures_of_the_run_before_and_old_pictures_are_deleted(
    job: Any, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_MAX_RUNS", "2")
    folder = write_pictures(tmp_path / "in", 2)
    runs = []
    for value in (50, 150, 250):
        (folder / "p00.png").write_bytes(file_of(plain(value)))
        job(folder)
        runs.append(newest_run(store).id)
    assert [len(contents(store, run)) for run in runs] == [0, 2, 2]
    newer = lookups.find_preview(store, MODEL, "p00")
    main(["rollback", "--model", MODEL, "--kind", "features"])
    older = lookups.find_preview(store, MODEL, "p00")
    assert older
    assert newer
    assert older[0] == contents(store, runs[1])["p00"][1] != newer[0]


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        ("pictures", "sqlite:///x.db#y", "Pictures are read from a folder, a CSV or a Parquet file of this machine."),
        ("pictures", "empty", "The folder 'empty' has no file."),
        ("pictures", "none.csv", "There is no Parquet file, folder of Parquet files or CSV file 'none.csv'."),
        ("pictures", "other.csv", "The file lacks columns: path. In this command: --field FIELD=COLUMN."),
        ("pictures", "other.parquet", "The input needs a column of bytes that is called picture or image, or only one"),
        ("features", "empty", "The features of adverts are measured of pictures: python -m service.jobs pictures."),
    ],
)
def test_a_wrong_input_ends_with_a_sentence(
    kind: str, given: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(write_bundle(tmp_path / "bundles")))
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.csv").write_text(f"{KEY},file\n1,a.png\n")
    pq.write_table(pa.table({KEY: ["1"], "one": [b"x"], "two": [b"y"]}), tmp_path / "other.parquet")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main([kind, "--model", MODEL, "--input", given])
    assert str(end.value).startswith(sentence)


def test_the_card_takes_only_features_that_are_measured() -> None:
    assert {field.name for field in CARD.inputs if field.from_ == "store"} <= set(picture_features.FIELDS)
