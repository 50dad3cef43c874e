"""The table of all forms in which a model can be taken away. A new form is one entry here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from service.bundles.model import Model
from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.export_errors import ExportsForbidden
from service.exports.code.languages import LANGUAGES
from service.exports.form_texts import TEXTS, FormTexts
from service.exports.made_file import MadeFile, Maker
from service.exports.package_forms import PACKAGE_FORMS
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.proof_answers import TimedAnswers
from service.exports.refusals import NotExportable
from service.exports.wheel.package_project import package_name, package_version
from service.exports.wheel.package_requirements import package_requirements
from service.schemas import Card, ExportGroup, Row
from wire.media_types import XLSX, ZIP

_COMMAND = "python -m service.exports"


@dataclass(frozen=True)
class Form:
    """One form: what people read of it, its file, and what makes and runs that."""

    kind: str
    group: ExportGroup
    texts: FormTexts
    media_type: str
    arguments: str
    """Of `python -m service.exports`, with NAME in place of the model."""
    file_name: Callable[[Card], str]
    maker: Maker

    def command(self, card: Card) -> str:
        """Return the command that writes the file."""
        return f"{_COMMAND} {self.arguments.replace('NAME', card.name)}"

    def make(self, model: Model, bundle: Path, folder: Path, *, database: str = "") -> MadeFile:
        """Write the file of a model, whose bundle is in a folder, into another folder, and prove it.

        `database` is the address of one that may run a query of PostgreSQL. Raises NotExportable, ExportsForbidden.
        """
        require_exports(model.card)
        with _nearest_form_that_works(model.card, bundle):
            return self.maker.make(model, bundle, folder, database=database)

    def check(self, card: Card, bundle: Path) -> None:
        """Raise NotExportable if the card alone tells that the model cannot be had in this form."""
        with _nearest_form_that_works(card, bundle):
            self.maker.check_card(card)

    def answer(self, model: Model, bundle: Path, file: Path, row: Row) -> TimedAnswers:
        """Return the answer of a file that was made to a row with all fields. Raises NotInstalled, CodeFailed."""
        return self.maker.answer(model, bundle, file, row)


def require_exports(card: Card) -> None:
    """Raise ExportsForbidden if the card says that the model may not be taken away."""
    if card.exports == "no":
        raise ExportsForbidden


@contextmanager
def _nearest_form_that_works(card: Card, bundle: Path) -> Iterator[None]:
    """Let a refusal name the package only if the model can be packaged."""
    try:
        yield
    except NotExportable as refusal:
        if refusal.nearest != "wheel" or _can_be_packaged(card, bundle):
            raise
        raise NotExportable(refusal.reason, None) from refusal.__cause__


def _can_be_packaged(card: Card, bundle: Path) -> bool:
    try:
        package_requirements(card, bundle)
    except NotExportable:
        return False
    return True


def _wheel_name(card: Card) -> str:
    return f"{package_name(card.name)}-{Version(package_version(card))}-py3-none-any.whl"


def _code(language: str, media_type: str) -> Form:
    return Form(
        language,
        "code",
        TEXTS[language],
        media_type,
        f"code NAME --language {language}",
        lambda card: LANGUAGES[language].file_name(card.name),
        PROGRAM_FORMS[language],
    )


def _file(kind: str, group: ExportGroup, media_type: str, file_name: Callable[[Card], str], maker: Maker) -> Form:
    return Form(kind, group, TEXTS[kind], media_type, f"{kind} NAME", file_name, maker)


def _packed(kind: str, group: ExportGroup, file_name: Callable[[Card], str]) -> Form:
    return _file(kind, group, ZIP, file_name, PACKAGE_FORMS[kind])


_ALL = (
    _code("python", "text/x-python"),
    _code("javascript", "text/javascript"),
    _code("java", "text/x-java"),
    _code("csharp", "text/x-csharp"),
    _code("sqlite", "application/sql"),
    _code("postgresql", "application/sql"),
    _file("pmml", "code", "application/xml", lambda card: f"{card.name}.pmml", PROGRAM_FORMS["pmml"]),
    _file("workbook", "workbook", XLSX, lambda card: f"{card.name}.xlsx", PROGRAM_FORMS["workbook"]),
    _packed("wheel", "package", _wheel_name),
    _packed("saved-object", "archive", lambda card: f"{card.name}-{card.version[:SHORT_VERSION]}.zip"),
    _packed("mlflow", "archive", lambda card: f"{card.name}-mlflow.zip"),
    _packed("triton", "archive", lambda card: f"{card.name}-triton.zip"),
)
FORMS: Mapping[str, Form] = {form.kind: form for form in _ALL}
"""Kind → form, in the order in which people read them."""
