"""python -m service.exports: take a model away in another form."""

import argparse
import os
import sys
from pathlib import Path

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.by_key.stored_values import row_of
from service.comparisons.command import add_options, compare_row, table_of
from service.comparisons.service_ways import find_stored
from service.errors import BrokenBundle, BrokenStorage, ServiceError
from service.export_errors import ExportsForbidden
from service.exports.code.languages import LANGUAGES
from service.exports.forms import FORMS
from service.exports.made_file import MadeFile
from service.exports.refusals import NotExportable
from service.models.stored_versions import WrongCommand, choose_version, versions_of
from service.schemas import Row
from service.settings import read_settings
from service.store.store import Store
from wire import strict_json
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
        sys.stderr.write(f"{error.filename or 'A file'} cannot be read or written: {error.strerror}.\n")
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
    for kind, text in (
        ("workbook", "write the model as an Excel workbook with live formulas"),
        ("pmml", "write the model as a document of PMML 4.4"),
        ("wheel", "write the model as a Python package, to install and import"),
        ("saved-object", "write the model as an archive that checks itself, and that add publishes again"),
        ("mlflow", "write the model as a folder of MLflow"),
        ("triton", "write the graph of the model as a repository of Triton and KServe"),
    ):
        file = commands.add_parser(kind, help=text)
        file.add_argument("name")
        file.set_defaults(act=_write_files, kinds=[kind], postgresql="")
    for command in commands.choices.values():
        command.add_argument(
            "--folder", type=Path, default=Path(), help="where files are written; the default is this folder"
        )
    compare = commands.add_parser("compare", help="ask one row in every way, and print how far the answers are apart")
    compare.add_argument("name")
    add_options(compare)
    compare.set_defaults(act=_compare)
    for command in commands.choices.values():
        command.add_argument("--version", help="its first characters, six or more; without it, the default version")
    return parser


def _open_version(options: argparse.Namespace, bundles: Path) -> tuple[Model, Path]:
    """Return the version that a command names, and the folder of its bundle. Raises WrongCommand."""
    versions = versions_of(bundles, options.name)
    version = choose_version(versions, options.version) if options.version else versions[0]
    try:
        return open_model(version.folder), version.folder
    except BrokenBundle as error:
        raise WrongCommand(f"Version {version.label} of {options.name} cannot be opened: {error}.") from None


def _write_code(options: argparse.Namespace, bundles: Path) -> int:
    options.kinds = list(LANGUAGES) if options.language == "all" else [options.language]
    return _write_files(options, bundles)


def _write_files(options: argparse.Namespace, bundles: Path) -> int:
    """Write each form that the model can be had in, and say why of the others."""
    model, bundle = _open_version(options, bundles)
    exit_code = 0
    for kind in options.kinds:
        form = FORMS[kind]
        options.folder.mkdir(parents=True, exist_ok=True)
        try:
            made = form.make(model, bundle, options.folder, database=options.postgresql)
        except ExportsForbidden as error:
            sys.stderr.write(f"{options.name} cannot be had in any form. {error.detail}.\n")
            return _REFUSED
        except NotExportable as error:
            sys.stderr.write(f"{options.name} cannot be had in this form ({form.texts.title['en']}): {error}\n")
            if error.__cause__:
                sys.stderr.write(f"{error.__cause__}\n")
            exit_code = _REFUSED
        else:
            sys.stdout.write(f"{made.path}: {_describe(made)}\n")
    return exit_code


def _compare(options: argparse.Namespace, bundles: Path) -> int:
    model, _ = _open_version(options, bundles)
    try:
        settings = read_settings(os.environ)
        store = Store(settings.database_url, answer_seconds=settings.database_seconds) if options.entity else None
        ways = options.ways.split(",") if options.ways else []
        comparison = compare_row(model, _row(options, model, store), ways, store, options.entity or "")
    except BrokenStorage as error:
        raise WrongCommand(f"SERVICE_DATABASE_URL: {error}") from None
    except ServiceError as error:
        faults = [f"{fault.field}: {fault.message}" if fault.field else fault.message for fault in error.faults]
        sys.stderr.write(" ".join([f"{options.name} cannot be compared. {error.detail}", *faults]) + "\n")
        return _REFUSED
    sys.stdout.write(table_of(comparison))
    return _REFUSED if any(answer.status == "failed" for answer in comparison.answers) else 0


def _row(options: argparse.Namespace, model: Model, store: Store | None) -> Row:
    """Return the row of a file, or that of a key, or the example of the card. Raises WrongCommand, ServiceError."""
    if options.row:
        try:
            row = strict_json.parse(Path(options.row).read_bytes())
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise WrongCommand(f"{Path(options.row).name} is not a JSON object, field → value.")
        return row
    if store is not None:
        return row_of(find_stored(model, store, options.entity))
    rows = [*(example.row for example in model.card.examples), *model.card.real_rows]
    if not rows:
        raise WrongCommand("The card has no example: give a row with --row.")
    return rows[0]


def _describe(made: MadeFile) -> str:
    size = f"{made.path.stat().st_size / 1024:,.0f} kB"
    if made.proof is None:
        lacking = f"this machine does not have {made.missing_runtime}" if made.missing_runtime else "the bundle has no rows"
        return f"{size}; not run, because {lacking}."
    proof = made.proof
    return f"{size}; {proof.rows:,} rows through {proof.program}, largest difference {proof.difference:.1e}."


if __name__ == "__main__":
    sys.exit(main())
