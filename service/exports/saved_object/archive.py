"""Write a model as one archive, from which it can be checked, used and published again."""

import hashlib
import json
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from service.bundles.model import Model
from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.exports.packed_folder import pack_folder
from service.exports.saved_object.bill_of_materials import bill_of_materials
from service.exports.saved_object.notices import data_notice, licence_notice, model_file_notice
from service.exports.saved_object.pinned_packages import pinned_packages, requirements_text
from service.exports.wheel.package_project import write_project
from service.exports.wheel.package_requirements import installed_packages, package_requirements
from service.model_process.environment_file import read_environment

_HERE = Path(__file__).parent


@contextmanager
def saved_object_of(model: Model, bundle: Path) -> Iterator[Path]:
    """Give the archive of a model; it is deleted at the end. Raises NotExportable."""
    name = f"{model.card.name}-{model.card.version[:SHORT_VERSION]}"
    with TemporaryDirectory(prefix="witryna-saved-") as scratch:
        folder = Path(scratch) / name
        _write_folder(model, bundle, folder)
        yield pack_folder(model.card, folder)


def _write_folder(model: Model, bundle: Path, folder: Path) -> None:
    card = model.card
    packages = pinned_packages(package_requirements(card, bundle), installed_packages(card, bundle))
    write_project(model, bundle, folder)
    with (folder / "README.md").open("a", encoding="utf-8") as readme:
        readme.write((_HERE / "archive.md").read_text(encoding="utf-8"))
        readme.write(model_file_notice(card, read_environment(bundle)))
    (folder / "LICENCE.md").write_text(licence_notice(card, packages), encoding="utf-8")
    (folder / "DATA.md").write_text(data_notice(card), encoding="utf-8")
    shutil.copyfile(_HERE / "verify.py", folder / "verify.py")
    (folder / ".python-version").write_text(platform.python_version() + "\n", encoding="ascii")
    (folder / "requirements.txt").write_text(requirements_text(packages), encoding="ascii")
    bill = json.dumps(bill_of_materials(card, packages), ensure_ascii=False, indent=1)
    (folder / "sbom.cdx.json").write_text(bill + "\n", encoding="utf-8")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
