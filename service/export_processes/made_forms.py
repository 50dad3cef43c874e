"""The files of forms that this service has made: each one once for a version, in a folder that ends with the service."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.export_errors import CannotExport, ExportFailed, ExportTimeout, UnknownExport
from service.export_processes.form_calls import FormCall, ask_form, make_form
from service.exports.forms import FORMS, require_exports
from service.exports.proof.proof_answers import TimedAnswers
from service.exports.refusals import NotExportable
from service.schemas import Export, ExportList, ExportProof, MadeExport, RefusedExport, Row
from tabular.scratch_folder import ScratchFolder

_PROCESSES_AT_ONCE = 2
"""Each keeps a core busy for seconds."""
_Key = tuple[str, str, str]
"""Model, version, kind."""


@dataclass(frozen=True)
class MadeForm:
    """A file that has been made."""

    path: Path
    state: MadeExport


class NotRun(Exception):
    """This machine cannot run a file: it does not have `missing_runtime`. `proof` is what another run found."""

    def __init__(self, missing_runtime: str, proof: ExportProof | None) -> None:
        super().__init__(missing_runtime)
        self.missing_runtime, self.proof = missing_runtime, proof


class MadeForms:
    """Makes files at the first request for them, and keeps them while their version is served. For one event loop."""

    def __init__(self, registry: Registry, max_seconds: float) -> None:
        self._registry, self._max_seconds = registry, max_seconds
        self._results: dict[_Key, MadeForm | RefusedExport] = {}
        self._running: dict[_Key, asyncio.Task[MadeForm | RefusedExport]] = {}
        self._turns = asyncio.Semaphore(_PROCESSES_AT_ONCE)
        self._scratch: ScratchFolder | None = None

    @property
    def folder(self) -> Path:
        """The folder of all files; it is made at its first use."""
        if self._scratch is None:
            self._scratch = ScratchFolder()
        return self._scratch.path

    def list_forms(self, model: Model) -> ExportList:
        """Return all forms with what is known of each. Raises ExportsForbidden."""
        card = model.card
        require_exports(card)
        self._forget_versions()
        self._refuse_by_card(model)
        return ExportList(model=card.name, version=card.version, exports=[self._describe(model, kind) for kind in FORMS])

    def _refuse_by_card(self, model: Model) -> None:
        """Keep the refusals of forms that the card rules out: no process has to find them."""
        for kind, form in FORMS.items():
            key = (model.card.name, model.card.version, kind)
            if key in self._results:
                continue
            try:
                form.check(model.card, model.folder)
            except NotExportable as refusal:
                self._results[key] = RefusedExport(reason=refusal.reason, nearest=refusal.nearest)

    def _describe(self, model: Model, kind: str) -> Export:
        form, result = FORMS[kind], self._results.get((model.card.name, model.card.version, kind))
        return Export(
            kind=kind,
            group=form.group,
            title=form.texts.title,
            needs=form.texts.needs,
            cost=form.texts.cost,
            file=form.file_name(model.card),
            media_type=form.media_type,
            command=form.command(model.card),
            made=result.state if isinstance(result, MadeForm) else None,
            refused=result if isinstance(result, RefusedExport) else None,
        )

    async def get(self, model: Model, kind: str) -> MadeForm:
        """Return a file, made now if it is not there yet; all callers of a file wait for the same process.

        Raises ExportsForbidden, UnknownExport, CannotExport, ExportTimeout, ExportFailed, ModelUnavailable.
        """
        require_exports(model.card)
        if kind not in FORMS:
            raise UnknownExport(f"There are {', '.join(FORMS)}.")
        key = (model.card.name, model.card.version, kind)
        result = self._results.get(key)
        if result is None:
            try:
                async with asyncio.timeout(self._max_seconds):
                    result = await asyncio.shield(self._making(model, key))
            except TimeoutError:
                raise ExportTimeout from None
        if isinstance(result, RefusedExport):
            raise CannotExport(result.reason, result.nearest)
        return result

    def _making(self, model: Model, key: _Key) -> "asyncio.Task[MadeForm | RefusedExport]":
        """Return the task that makes a file. It goes on without its callers, who will ask again."""
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._make(model, key))
            task.add_done_callback(lambda done: self._end(key, done))
        return task

    def _end(self, key: _Key, task: "asyncio.Task[MadeForm | RefusedExport]") -> None:
        """Forget a task that has ended. Its error is for its callers, if they still wait."""
        del self._running[key]
        if not task.cancelled():
            task.exception()

    async def answer(self, model: Model, kind: str, row: Row) -> TimedAnswers:
        """Return the answer of a file to a row with all fields; the file is made if it is not there yet.

        Raises NotRun if this machine cannot run it, and as `get` does.
        """
        made = await self.get(model, kind)
        if made.state.missing_runtime:
            raise NotRun(made.state.missing_runtime, made.state.proof)
        async with self._turn() as scratch:
            message = await ask_form(FormCall(model, kind, scratch, self._max_seconds), made.path, row)
        if message.answers is None:
            raise NotRun(message.missing_runtime or "", made.state.proof)
        return message.answers

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[Path]:
        """Wait until a process may run, and give a folder for its temporary files. Raises ExportFailed."""
        async with self._turns:
            try:
                scratch = Path(tempfile.mkdtemp(dir=self.folder))
            except OSError as error:
                raise ExportFailed("The temporary folder cannot be written.") from error
            try:
                yield scratch
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(lambda: shutil.rmtree(scratch, ignore_errors=True))

    async def _make(self, model: Model, key: _Key) -> MadeForm | RefusedExport:
        async with self._turn() as scratch:
            self._forget_versions()
            made = self._results[key] = await self._make_in(scratch, model, key)
        return made

    async def _make_in(self, scratch: Path, model: Model, key: _Key) -> MadeForm | RefusedExport:
        """Make a file in a folder of its own; only when it is complete it goes to the files that are kept."""
        written = scratch / "file"
        written.mkdir()
        message = await make_form(FormCall(model, key[-1], scratch, self._max_seconds), written)
        if message.refused:
            return message.refused
        path = self.folder.joinpath(*key) / message.file
        path.parent.mkdir(parents=True, exist_ok=True)
        (written / message.file).replace(path)
        state = MadeExport(bytes=path.stat().st_size, proof=message.proof, missing_runtime=message.missing_runtime)
        return MadeForm(path, state)

    def _forget_versions(self) -> None:
        """Remove the files of versions that are not served any more."""
        for key, result in list(self._results.items()):
            if key[1] not in self._registry.versions(key[0]):
                del self._results[key]
                if isinstance(result, MadeForm):
                    shutil.rmtree(result.path.parent, ignore_errors=True)

    async def close(self) -> None:
        """End the processes and remove all files."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await _ended(tasks)
        if self._scratch is not None:
            self._scratch.remove()


async def _ended(tasks: "Iterable[asyncio.Task[MadeForm | RefusedExport]]") -> None:
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
