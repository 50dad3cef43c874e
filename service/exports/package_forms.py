"""The forms that are the package of a model, or the folder of another system: what makes their files, and what runs them."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from service.bundles.model import Model
from service.exports.made_file import MadeFile
from service.exports.model_folders.mlflow_export import mlflow_folder_of
from service.exports.model_folders.triton_export import check_triton_card, triton_repository_of
from service.exports.proof.package_runs import run_mlflow, run_package
from service.exports.proof.proof_answers import NotInstalled, TimedAnswers
from service.exports.proof.proof_rows import real_rows, refused_rows
from service.exports.proof.proving import prove
from service.exports.saved_object.archive import saved_object_of
from service.exports.wheel.wheel_export import wheel_of
from service.schemas import Card, Row


@dataclass(frozen=True)
class PackageForm:
    """One form: how its file is packed and run."""

    pack: Callable[[Model, Path], AbstractContextManager[Path]]
    """Gives the file; it is deleted at the end. Raises NotExportable."""
    run: Callable[[Path, Sequence[Row]], TimedAnswers]
    """Returns an answer of the file for each row. Raises NotInstalled, CodeFailed."""
    check_card: Callable[[Card], None] = lambda _: None
    """Raises NotExportable if no model of such a card can be had in this form."""

    def make(self, model: Model, bundle: Path, folder: Path, *, database: str = "") -> MadeFile:  # noqa: ARG002 - as others
        """Write the file of a model into a folder, and prove it. Raises NotExportable."""
        rows = real_rows(model, bundle)
        proof, missing_runtime = None, ""
        with self.pack(model, bundle) as packed:
            try:
                proof = prove(model, rows, refused_rows(model, rows), lambda checked: self.run(packed, checked))
            except NotInstalled as error:
                missing_runtime = str(error)
            return MadeFile(Path(shutil.copy(packed, folder)), proof, missing_runtime)

    def answer(self, model: Model, bundle: Path, file: Path, row: Row) -> TimedAnswers:  # noqa: ARG002 - as others
        """Return the answer of a file to a row. Raises NotInstalled, CodeFailed."""
        return self.run(file, [row])


def _lacking(program: str) -> Callable[[Path, Sequence[Row]], TimedAnswers]:
    def run(_archive: Path, _rows: Sequence[Row]) -> TimedAnswers:
        raise NotInstalled(program)

    return run


PACKAGE_FORMS = {
    "wheel": PackageForm(wheel_of, run_package),
    "saved-object": PackageForm(saved_object_of, run_package),
    "mlflow": PackageForm(mlflow_folder_of, run_mlflow),
    "triton": PackageForm(triton_repository_of, _lacking("Triton Inference Server"), check_triton_card),
}
