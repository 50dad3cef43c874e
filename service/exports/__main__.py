"""python -m service.exports: take a model away in another form."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.errors import BrokenBundle
from service.exports.code.languages import LANGUAGES
from service.exports.program_forms import PROGRAM_FORMS, ExportedFile, export
from service.exports.model_folders.mlflow_export import mlflow_folder_of
from service.exports.model_folders.triton_export import triton_repository_of
from service.exports.refusals import NotExportable
from service.exports.saved_object.archive import saved_object_of
from service.exports.wheel.wheel_export import wheel_of
from service.models.stored_versions import WrongCommand, choose_version, versions_of
from service.settings import read_settings
from wire.settings_reader import WrongSettings

_REFUSED, _WRONG_COMMAND = 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 1 if the model cannot be had in that form, 2 for a wrong command."""
    options = _build_parser().parse_args(arguments)
    try:
        bundles = options.bundles or Path(read_settings(os.environ).bundles)
        exit_code: int = options.act(options, bundles)
    except (WrongCommand, WrongSettings) as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_COMMAND
    except OSError as error:
        sys.stderr.write(f"A file cannot be read or written: {error.strerror}.\n")
        return _WRONG_COMMAND
    return exit_code


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.exports", description="Take a model away in another form.")
    parser.add_argument(
        "--bundles", type=Path, metavar="FOLDER", help="the folder of the bundles; the default is SERVICE_BUNDLES"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    code = commands.add_parser("code", help="write the model as source code, and prove that it answers the same")
    code.add_argument("name")
    code.add_argument("--language", required=True, choices=[*LANGUAGES, "all"])
    code.add_argument("--postgresql", default="", metavar="URL", help="a database that may run the query of PostgreSQL")
    code.set_defaults(act=_write_code)
    workbook = commands.add_parser("workbook", help="write the model as an Excel workbook with live formulas")
    workbook.add_argument("name")
    workbook.set_defaults(act=_write_proved, forms=["workbook"], database="")
    for name, form, text in (
        ("wheel", wheel_of, "write the model as a Python package, to install and import"),
        ("saved-object", saved_object_of, "write the model as an archive that checks itself, and that add publishes again"),
        ("mlflow", mlflow_folder_of, "write the model as a folder of MLflow"),
        ("triton", triton_repository_of, "write the graph of the model as a repository of Triton and KServe"),
    ):
        file = commands.add_parser(name, help=text)
        file.add_argument("name")
        file.set_defaults(act=_write_file, form=form)
    for command in commands.choices.values():
        command.add_argument("--version", help="its first characters, six or more; without it, the default version")
        command.add_argument(
            "--folder", type=Path, default=Path(), help="where files are written; the default is this folder"
        )
    return parser


def _open_version(options: argparse.Namespace, bundles: Path) -> tuple[Model, Path]:
    """Return the version that a command names, and the folder of its bundle. Raises WrongCommand."""
    versions = versions_of(bundles, options.name)
    version = choose_version(versions, options.version) if options.version else versions[0]
    try:
        return open_model(version.folder), version.folder
    except BrokenBundle as error:
        raise WrongCommand(f"Version {version.label} of {options.name} cannot be opened: {error}.") from None


def _write_file(options: argparse.Namespace, bundles: Path) -> int:
    model, bundle = _open_version(options, bundles)
    try:
        with options.form(model, bundle) as file:
            options.folder.mkdir(parents=True, exist_ok=True)
            target = Path(shutil.copy(file, options.folder))
    except NotExportable as error:
        sys.stderr.write(f"{options.name} cannot be had in this form: {error}\n")
        return _REFUSED
    sys.stdout.write(f"{target}: {target.stat().st_size / 1024:,.0f} kB\n")
    return 0


def _write_code(options: argparse.Namespace, bundles: Path) -> int:
    options.forms = list(LANGUAGES) if options.language == "all" else [options.language]
    options.database = options.postgresql
    return _write_proved(options, bundles)


def _write_proved(options: argparse.Namespace, bundles: Path) -> int:
    """Write each form that the model can be had in, and say why of the others."""
    model, bundle = _open_version(options, bundles)
    exit_code = 0
    for name in options.forms:
        try:
            file = export(model, bundle, PROGRAM_FORMS[name], database=options.database)
        except NotExportable as error:
            sys.stderr.write(f"{options.name} cannot be had as {PROGRAM_FORMS[name].title}: {error}\n")
            exit_code = _REFUSED
        else:
            options.folder.mkdir(parents=True, exist_ok=True)
            (options.folder / file.name).write_bytes(file.content)
            sys.stdout.write(f"{options.folder / file.name}: {_describe(file)}\n")
    return exit_code


def _describe(file: ExportedFile) -> str:
    size = f"{len(file.content) / 1024:,.0f} kB"
    if file.proof is None:
        return f"{size}; not run, because this machine does not have {file.missing_runtime}."
    proof = file.proof
    return f"{size}; {proof.rows:,} rows through {proof.program}, largest difference {proof.difference:.1e}."


if __name__ == "__main__":
    sys.exit(main())
