"""What routes need before they act: the registry, the caller's scope, the language, a thread."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import Depends, Request
from starlette.types import Scope

from service.bundles.registry import Registry
from service.by_key.freshness import Freshness
from service.errors import Forbidden, ModelTimeout, Overloaded
from service.settings import Scope as KeyScope
from service.store.store import Store
from wire.languages import Language, preferred_language

T = TypeVar("T")
_THREADS_A_MODEL = 4


def registry(request: Request) -> Registry:
    models: Registry = request.app.state.registry
    return models


def language(request: Request) -> Language:
    """Return the language of a request."""
    return preferred_language(request.headers.get("accept-language", ""))


def require(needed: KeyScope) -> Callable[[Scope], None]:
    """Return a guard that lets in callers whose key has the scope `needed`."""

    def guard(scope: Scope) -> None:
        if needed not in scope["caller"]:
            raise Forbidden(f"This key lacks the scope {needed}.")

    return guard


def reader(request: Request) -> None:
    """Let in callers who may read."""
    require("read")(request.scope)


def store(request: Request) -> Store:
    opened: Store = request.app.state.store
    return opened


def freshness(request: Request) -> Freshness:
    wanted: Freshness = request.app.state.freshness
    return wanted


Models = Annotated[Registry, Depends(registry)]
Storage = Annotated[Store, Depends(store)]
Fresh = Annotated[Freshness, Depends(freshness)]
RequestLanguage = Annotated[Language, Depends(language)]


class Slots:
    """Bounds how many requests are answered at once. Whoever is still sending takes none, however slowly they send."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def __enter__(self) -> None:
        """Raises Overloaded where all are taken; nobody waits in a queue."""
        if self._taken >= self._most:
            raise Overloaded
        self._taken += 1

    def __exit__(self, *_: object) -> None:
        self._taken -= 1


class Threads:
    """A few threads for each model, so that one that hangs cannot take those of the others."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limiters: dict[str, anyio.CapacityLimiter] = {}

    async def run(self, model: str, work: Callable[..., T], *arguments: Any) -> T:
        """Raises Overloaded where all threads of the model are taken, ModelTimeout where it gives no answer in time."""
        limiter = self._limiters.setdefault(model, anyio.CapacityLimiter(_THREADS_A_MODEL))
        if limiter.available_tokens < 1 and limiter.statistics().tasks_waiting >= _THREADS_A_MODEL * 4:
            raise Overloaded("This model is busy.")
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.to_thread.run_sync(partial(work, *arguments), abandon_on_cancel=True, limiter=limiter)
        except TimeoutError:
            raise ModelTimeout from None
