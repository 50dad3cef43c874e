"""What stands in a saved object, and that it is the same version when it is published again."""

import hashlib
import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest

from service.bundles.bundle_files import read_card
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.exports.refusals import NotExportable
from service.exports.saved_object.archive import saved_object_of
from service.exports.saved_object.pinned_packages import pinned_packages, requirements_text
from service.exports.wheel.card_texts import markdown
from service.models.__main__ import main
from service.models.saved_object_file import is_saved_object
from tests.support.code_models import write_code_bundle

NAME = "credit-scorecard"


@pytest.fixture(scope="module")
def saved(models: dict[str, Model], bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with saved_object_of(models[NAME], bundles / NAME) as archive:
        return Path(shutil.copy(archive, tmp_path_factory.mktemp("saved")))


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        return {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}


def is_standard(bill: str) -> bool:
    """Return whether a bill of materials fits CycloneDX. Only this test needs the checker, whose import takes long."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


def add(bundles: Path, *arguments: str | Path) -> int:
    return main(["--bundles", str(bundles), "add", *map(str, arguments)])


def test_every_file_has_its_hash_and_the_same_bundle_makes_the_same_archive(
    saved: Path, models: dict[str, Model], bundles: Path
) -> None:
    files = contents(saved)
    sums = files.pop("SHA256SUMS").decode().splitlines()
    assert sorted(sums) == sorted(f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in files.items())
    with saved_object_of(models[NAME], bundles / NAME) as again:
        assert again.read_bytes() == saved.read_bytes()


def test_each_requirement_is_exact_and_has_the_hashes_of_its_files(saved: Path) -> None:
    lines = contents(saved)["requirements.txt"].decode().replace(" \\\n", "").splitlines()
    assert {line.partition("==")[0] for line in lines} >= {"msgspec", "numpy", "onnxruntime", "protobuf"}
    assert all("==" in line and "--hash=sha256:" in line for line in lines)


def packages_folder(folder: Path, **versions: str) -> Path:
    """Write what says that these packages are installed in a folder."""
    for name, number in versions.items():
        described = folder / f"{name}-{number}.dist-info"
        described.mkdir(parents=True)
        (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n")
    return folder


def test_the_packages_of_the_environment_of_a_model_count_before_those_of_the_service(tmp_path: Path) -> None:
    own = packages_folder(tmp_path, scikit_learn="1.2.2", numpy="1.26.4")
    packages = pinned_packages(["scikit-learn==1.2.2", "numpy>=1.26", "msgspec>=0.19"], [str(own), *sys.path])
    versions = {package.name: package.version for package in packages}
    assert versions == {"scikit-learn": "1.2.2", "numpy": "1.26.4", "msgspec": version("msgspec")}
    text = requirements_text(packages)
    assert text.startswith("# Without hashes, because they are not known for: numpy, scikit-learn.\n")
    assert "scikit-learn==1.2.2\n" in text


def test_a_package_that_is_here_in_another_version_than_the_model_needs_is_no_saved_object(tmp_path: Path) -> None:
    folders = [str(packages_folder(tmp_path, scikit_learn="1.2.2"))]
    with pytest.raises(NotExportable, match=r"scikit-learn==1\.7\.2 is needed, and 1\.2\.2 is installed here"):
        pinned_packages(["scikit-learn==1.7.2"], folders)
    with pytest.raises(NotExportable, match="numpy is not installed here"):
        pinned_packages(["numpy"], folders)


def test_licences_and_data_have_files_of_their_own(saved: Path, models: dict[str, Model]) -> None:
    files = {name: content.decode() for name, content in contents(saved).items() if name.endswith(".md")}
    training = models[NAME].card.training
    assert training is not None
    assert "Permission is hereby granted, free of charge" in files["LICENCE.md"]
    assert markdown(training.licence) in files["LICENCE.md"]
    assert f"| numpy {version('numpy')} | BSD" in files["LICENCE.md"]
    assert all(markdown(text) in files["DATA.md"] for text in (training.source, training.data, *models[NAME].card.limits))
    named = re.findall(r"^\| `(\S+)` \|", files["DATA.md"], re.MULTILINE)
    held = {name.partition("/")[2] for name in contents(saved) if name.endswith(".json") and name.startswith("model_")}
    assert set(named) == held, "each file that holds rows is named"
    assert "The fitted object of scikit-learn or another library is not in this archive" in files["README.md"]


def test_a_model_without_facts_about_its_data_says_so(models: dict[str, Model], bundles: Path) -> None:
    card = msgspec.structs.replace(models[NAME].card, training=None, limits=(), not_for=(), evaluation_note="")
    with saved_object_of(replace(models[NAME], card=card), bundles / NAME) as archive:
        files = contents(archive)
    assert "does not say what the model learned from" in files["DATA.md"].decode()
    assert "not named on the card" in files["LICENCE.md"].decode()
    assert "**Data.**" not in files["README.md"].decode()


def test_the_bill_of_materials_fits_its_standard_and_names_model_and_packages(saved: Path, models: dict[str, Model]) -> None:
    files = contents(saved)
    text = files["sbom.cdx.json"].decode()
    assert is_standard(text)
    bill = json.loads(text)
    assert bill["metadata"]["component"]["version"] == models[NAME].card.version
    pinned = [line.split()[0] for line in files["requirements.txt"].decode().splitlines() if "==" in line]
    assert [f"{each['name']}=={each['version']}" for each in bill["components"]] == pinned


def test_published_again_it_is_the_same_version_with_the_same_answers(
    saved: Path, models: dict[str, Model], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(tmp_path, saved) == 0
    assert "published as it was saved" in capsys.readouterr().out
    folder = default_folder(tmp_path, NAME)
    assert read_card(folder) == models[NAME].card
    rows = list(models[NAME].card.real_rows)
    assert open_model(folder).predict(rows) == models[NAME].predict(rows)


def changed(saved: Path, target: Path, change: Callable[[str, bytes], bytes], *more: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more:
            new.writestr(name, content)
    return target


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_changed_or_hostile_archive_publishes_nothing(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = f"{saved.stem}/model_credit_scorecard/bundle"
    archives = {
        "another model": changed(saved, tmp_path / "a.zip", lambda name, old: old + b" " * name.endswith("model.onnx")),
        "one more file": changed(saved, tmp_path / "b.zip", lambda _, old: old, (f"{bundle}/more.json", b"{}")),
        "a file twice": changed(saved, tmp_path / "c.zip", lambda _, old: old, (f"{bundle}/card.json", b"{}")),
        "another card": changed(saved, tmp_path / "d.zip", lambda name, old: b"{}" if name.endswith("card.json") else old),
    }
    for what, archive in archives.items():
        assert add(tmp_path / "bundles", archive) == 2, what
        assert capsys.readouterr().out == ""
        assert list((tmp_path / "bundles").iterdir()) == []
    outside = changed(saved, tmp_path / "e.zip", lambda _, old: old, (f"{bundle}/../../../../outside", b"x"))
    assert add(tmp_path / "bundles", outside) == 0, "only files of a bundle are taken"
    assert not list(tmp_path.rglob("outside"))


def test_a_saved_model_with_code_of_its_own_is_opened_only_when_it_is_trusted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = write_code_bundle(tmp_path / "made", "adding")
    with saved_object_of(open_model(bundle), bundle) as archive:
        assert add(tmp_path / "bundles", archive) == 2
        assert "--trust-this-file" in capsys.readouterr().err
        assert add(tmp_path / "bundles", archive, "--trust-this-file") == 0
        assert "`bundle/code.zip`: the function that was handed over" in contents(archive)["README.md"].decode()
    assert read_card(default_folder(tmp_path / "bundles", "adding")) == read_card(bundle)


def test_other_options_do_not_change_a_saved_model(saved: Path, tmp_path: Path) -> None:
    assert add(tmp_path, saved, "--name", "another") == 2
    assert list(tmp_path.iterdir()) == []


def test_only_an_archive_with_a_bundle_is_a_saved_object(tmp_path: Path, saved: Path) -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("MLmodel", "")
    (tmp_path / "other.zip").write_bytes(other.getvalue())
    assert is_saved_object(str(saved))
    assert not is_saved_object(str(tmp_path / "other.zip"))
    assert not is_saved_object(str(tmp_path / "missing.zip"))
    assert not is_saved_object("module:function")


def test_hostile_texts_of_a_card_leave_the_bill_of_materials_valid(models: dict[str, Model], bundles: Path) -> None:
    text = '"}]}\n</script>\N{RIGHT-TO-LEFT OVERRIDE}\N{NULL}'
    card = msgspec.structs.replace(models[NAME].card, title=text, purpose=text, limits=(text,), not_for=(text,))
    with saved_object_of(replace(models[NAME], card=card), bundles / NAME) as archive:
        files = contents(archive)
    bill = files["sbom.cdx.json"].decode()
    assert is_standard(bill)
    assert json.loads(bill)["metadata"]["component"]["description"] == text
    for name in ("DATA.md", "LICENCE.md", "README.md"):
        assert not {"\N{RIGHT-TO-LEFT OVERRIDE}", "\N{NULL}"} & set(files[name].decode())
        assert "</script>" not in files[name].decode()
