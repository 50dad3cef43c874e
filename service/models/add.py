"""add: publish a fitted model that somebody brings, with a card drafted from a sample of its data."""

import argparse
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.errors import BrokenBundle, RefusedModel, ServiceError
from service.model_files.file_form import OPENED_BY_RUNNING
from service.model_files.model_source import ModelSource, read_source
from service.model_files.packages import read_requirements
from service.models.saved_object_file import is_saved_object, publish_saved_object
from service.models.stored_versions import WrongCommand, versions_of
from wire.cells.text_options import add_dialect_options, text_options
from wire.model_folder.model_names import name_of_location
from wire.model_folder.publication_steps import Step

if TYPE_CHECKING:
    from service.models.fitted_model import FittedModel
    from service.models.summary import Addition
    from service.publishing.gate import Converter
    from service.publishing.samples.sample_reader import Sample
    from service.schemas import Card

_FORMS = (
    "skops, joblib, pickle or cloudpickle; an MLflow folder; a file of LightGBM, XGBoost or CatBoost; module:function; "
    "a folder that client.hand_over wrote; or a saved object of python -m service.exports"
)


def add_commands(commands: "argparse._SubParsersAction[Any]") -> None:
    add = commands.add_parser("add", help="publish a fitted model, with a card drafted from a sample of its data")
    add.add_argument("model", metavar="FILE", help=_FORMS)
    add.add_argument("--data", type=Path, metavar="SAMPLE", help="rows as the model takes them: CSV, Parquet, Arrow or xlsx")
    add.add_argument("--target", metavar="COLUMN", help="the column of the sample with the true answers, or a file with it")
    add.add_argument("--held-out", action="store_true", help="the model was not fitted on these rows")
    add.add_argument("--name", help="small letters, digits and hyphens; the default is the name of the file")
    add.add_argument("--card", type=Path, metavar="card.toml", help="what the card says otherwise than the draft")
    add.add_argument("--requirements", type=Path, metavar="requirements.txt", help="the packages that the model needs")
    add.add_argument("--python", metavar="3.10", help="the version of Python that the model needs")
    add_dialect_options(add)
    add.add_argument("--trust-this-file", action="store_true", help="open a file that runs code when it is opened")
    add.set_defaults(act=_add)
    card = commands.add_parser("card", help="print card.toml of a model, with every line explained")
    card.add_argument("name")
    card.set_defaults(act=_print_card)


def _print_card(options: argparse.Namespace, bundles: Path) -> int:
    from service.publishing.drafting.card_toml import describe_card

    sys.stdout.write(describe_card(versions_of(bundles, options.name)[0].card))
    return 0


def _add(options: argparse.Namespace, bundles: Path) -> int:
    """Publish a model and print what was understood. Raises WrongCommand with a sentence."""
    from service.models.summary import describe_addition

    if is_saved_object(options.model):
        card = _add_saved_object(options, bundles)
        sys.stdout.write(f"{card.name}, version {card.version[:SHORT_VERSION]}, published as it was saved\n")
    else:
        sys.stdout.write(describe_addition(add_model(options, bundles)))
    return 0


def _add_saved_object(options: argparse.Namespace, bundles: Path) -> "Card":
    """Publish a saved object. Raises WrongCommand with a sentence."""
    if options.data or options.target or options.name or options.card or options.requirements or options.python:
        raise WrongCommand("A saved object has its card and its packages: give it without other options.")
    try:
        return publish_saved_object(Path(options.model), bundles, trusted=options.trust_this_file)
    except RefusedModel as error:
        raise WrongCommand(str(error)) from None
    except BrokenBundle as error:
        raise WrongCommand(f"The model cannot be published: {error}.") from None


def add_model(
    options: argparse.Namespace,
    bundles: Path,
    report: Callable[[Step], object] = lambda _step: None,
    *,
    can_install: bool = True,
) -> "Addition":
    """Publish the model of a command `add`; call `report` at the start of each step.

    Without `can_install`, its packages are installed already. Raises WrongCommand with a sentence.
    """
    try:
        return _publish(options, bundles, report, can_install=can_install)
    except RefusedModel as error:
        raise WrongCommand(str(error)) from None
    except BrokenBundle as error:
        raise WrongCommand(f"The model cannot be published: {error}.") from None
    except ServiceError as error:
        raise WrongCommand(f"The model cannot be published. {error.detail}") from None


def _publish(
    options: argparse.Namespace, bundles: Path, report: Callable[[Step], object], *, can_install: bool
) -> "Addition":
    start = time.perf_counter()
    source = _source(options)
    from model_worker.model_calls import scores
    from service.models.fitted_model import open_fitted_model
    from service.models.summary import Addition
    from service.publishing.drafting.draft import draft
    from service.publishing.publish import publish
    from service.publishing.samples.sample_reader import read_sample

    sample_file = options.data or source.sample
    if sample_file is None:
        raise RefusedModel("Give rows as the model takes them with --data: the form and the checks are made from them.")
    report("sample")
    sample = read_sample(sample_file, options=text_options(options), charset=options.charset)
    report("model")
    fitted = open_fitted_model(source, trusted=options.trust_this_file, can_install=can_install)
    try:
        report("card")
        drafted = draft(
            sample.table,
            _target(options, source, sample),
            fitted.facts,
            lambda table: scores(fitted.estimator, table, fitted.facts.answer),
            name=options.name or source.name or name_of_location(source.location),
            overrides=_overrides(options.card or source.card),
            held_out=options.held_out or source.held_out,
            date_order=options.dates,
        )
        report("bundle")
        model = publish(
            bundles,
            drafted.card,
            fitted.estimator,
            drafted.split,
            to_onnx=_converter(fitted),
            attributes=drafted.attributes,
            trusted=options.trust_this_file,
        )
    finally:
        fitted.close()
    findings = (*sample.findings, *drafted.findings)
    return Addition(model, sample.rows, findings, time.perf_counter() - start)


def _converter(fitted: "FittedModel") -> "Converter":
    from service.publishing.conversion.column_sources import UnknownStep
    from service.publishing.conversion.float64_graph import to_float64_graph

    if not fitted.other_packages:
        return to_float64_graph

    def refuse(*_: Any) -> bytes:
        raise UnknownStep(f"it {fitted.other_packages}")

    return refuse


def _source(options: argparse.Namespace) -> ModelSource:
    """Return the model that the command names, with the packages that it names. Raises RefusedModel."""
    source = read_source(options.model)
    if options.requirements:
        source = replace(source, requirements=read_requirements(options.requirements))
    if options.python:
        source = replace(source, python=options.python)
    if source.form in OPENED_BY_RUNNING and not options.trust_this_file:
        raise RefusedModel(
            f"To open {Path(options.model).name} is to run the code that is in it. "
            "If you know who made it, say --trust-this-file; a skops file needs no trust."
        )
    return source


def _target(options: argparse.Namespace, source: ModelSource, sample: "Sample") -> Any:
    """Return the column of the true answers, or its name in the sample, or None. Raises RefusedModel, CannotDraft."""
    from service.publishing.samples.sample_reader import read_sample

    name: str | None = options.target or (None if options.data else source.target)
    if name is None or name in sample.table.columns or not Path(name).is_file():
        return name
    table = read_sample(Path(name), options=text_options(options), charset=options.charset).table
    if len(table.columns) != 1:
        raise RefusedModel(f"{Path(name).name} has {len(table.columns)} columns: give a file with the true answers alone.")
    if len(table) != sample.rows or len(sample.table) != sample.rows:
        raise RefusedModel(
            f"{Path(name).name} has {len(table):,} rows and the sample {sample.rows:,}: "
            "they need the same rows. Better: put the true answers into the sample."
        )
    return table.iloc[:, 0]


def _overrides(file: Path | None) -> dict[str, Any]:
    """Return the texts of card.toml. Raises RefusedModel if it is no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise RefusedModel(f"{file.name if file else ''} cannot be read as TOML: {error}") from error
