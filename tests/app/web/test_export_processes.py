"""Files of models: each is made once, in a process that nothing outlives, and kept as long as its version is served."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.registry import Registry, Served
from service.settings import Settings
from service.web.app import create_app
from service.web.middleware.http_entry import HttpEntry
from tests.support.asgi_calls import Call
from tests.support.code_models import write_code_bundle

NAME = "credit-scorecard"
EXPORTS = f"/v1/models/{NAME}/exports"


def app_of(*models: Model, **settings: Any) -> HttpEntry:
    return create_app(Settings(**settings), Registry.of(models))


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def processes_of(kind: str) -> list[psutil.Process]:
    """Return the running processes of this test that make a file of a kind."""
    found = []
    for each in psutil.Process().children(recursive=True):
        try:
            line = each.cmdline()
        except psutil.NoSuchProcess:
            continue
        if "service.exports.form_process" in line and kind in line:
            found.append(each)
    return found


def test_all_callers_of_a_file_wait_for_one_process(models: dict[str, Model]) -> None:
    async def run() -> None:
        app = app_of(models[NAME])
        calls = [Call(app, "GET", f"{EXPORTS}/sqlite").end() for _ in range(5)]
        await until(lambda: processes_of("sqlite"))
        assert len(processes_of("sqlite")) == 1
        for call in calls:
            await asyncio.wait_for(call.task, 60)
        assert {call.status for call in calls} == {200}
        assert len({call.body for call in calls}) == 1
        await app.services.exports.close()

    asyncio.run(run())


def test_forms_take_no_slot_of_predictions_and_are_refused_beyond_their_own(models: dict[str, Model]) -> None:
    async def run() -> None:
        app = app_of(models[NAME], max_in_flight=1)
        calls = [Call(app, "GET", f"{EXPORTS}/sqlite").end() for _ in range(8)]
        await until(lambda: app.services.export_slots.in_use == 8)
        late = await Call(app, "GET", f"{EXPORTS}/sqlite").end().answered()
        assert (late.status, late.json()["code"]) == (503, "overloaded")
        assert int(late.headers["retry-after"]) > 0
        card = await Call(app, "GET", f"/v1/models/{NAME}").end().answered()
        assert card.status == 200
        await app.services.exports.close()
        for call in calls:
            call.task.cancel()

    asyncio.run(run())


def test_a_killed_process_leaves_nothing_and_the_next_request_makes_the_file(models: dict[str, Model]) -> None:
    async def run() -> None:
        app = app_of(models[NAME])
        call = Call(app, "GET", f"{EXPORTS}/java").end()
        await until(lambda: processes_of("java"))
        processes_of("java")[0].kill()
        await asyncio.wait_for(call.task, 60)
        assert (call.status, call.json()["code"]) == (500, "export_failed")
        folder = app.services.exports.folder
        assert list(folder.iterdir()) == []
        listed = await Call(app, "GET", EXPORTS).end().answered()
        states = {each["kind"]: each for each in listed.json()["exports"]}
        assert (states["java"]["made"], states["java"]["refused"]) == (None, None)
        again = Call(app, "GET", f"{EXPORTS}/postgresql").end()
        await asyncio.wait_for(again.task, 60)
        assert again.status == 200
        await app.services.exports.close()
        assert not folder.exists()

    asyncio.run(run())


def test_a_file_that_takes_too_long_is_given_up(models: dict[str, Model]) -> None:
    async def run() -> None:
        app = app_of(models[NAME], export_seconds=0.1)
        call = Call(app, "GET", f"{EXPORTS}/java").end()
        await asyncio.wait_for(call.task, 60)
        assert (call.status, call.json()["code"]) == (504, "export_timeout")
        await until(lambda: not processes_of("java"))
        await app.services.exports.close()

    asyncio.run(run())


def test_a_temporary_folder_that_cannot_be_written_is_one_clear_error(models: dict[str, Model]) -> None:
    async def run() -> None:
        app = app_of(models[NAME])
        shutil.rmtree(app.services.exports.folder)
        call = await Call(app, "GET", f"{EXPORTS}/sqlite").end().answered()
        assert (call.status, call.json()["code"]) == (500, "export_failed")
        assert call.json()["detail"] == "The temporary folder cannot be written."
        await app.services.exports.close()

    asyncio.run(run())


def test_files_go_with_their_version(models: dict[str, Model], toy: Model) -> None:
    async def run() -> None:
        app = app_of(models[NAME], toy)
        first = Call(app, "GET", f"{EXPORTS}/postgresql").end()
        await asyncio.wait_for(first.task, 60)
        kept = next(app.services.exports.folder.rglob("*.sql"))
        app.services.registry.replace(Served({toy.card.name: {toy.card.version: toy}}))
        listed = await Call(app, "GET", f"/v1/models/{toy.card.name}/exports").end().answered()
        assert listed.status == 200
        assert not kept.exists()
        await app.services.exports.close()

    asyncio.run(run())


@pytest.fixture
def toy(tmp_path: Path) -> Model:
    return open_model(write_code_bundle(tmp_path, "toy"))
