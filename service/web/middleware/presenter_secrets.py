"""The secrets of presenters, which the store knows: of sessions, and of one meeting."""

import re
import time

from service.errors import StorageUnavailable, Unauthorized
from service.settings import Scope as KeyScope
from service.store.meetings import meeting_records, presenter_tokens
from service.store.store import Store
from service.web.limits import StoreCalls
from service.web.middleware.api_keys import Caller

_SECRET = re.compile(rb"w[sm]_[A-Za-z0-9_-]{32}")
_SCOPES: frozenset[KeyScope] = frozenset({"read", "feedback", "present"})
_FRESH_SECONDS, _KEPT_SECONDS = 2.0, 600.0
_MAX_SECRETS = 1024


class PresenterSecrets:
    """Looks secrets up in the store, and remembers them for seconds: a page asks many questions with the same one.

    While the store does not answer, a secret that was valid minutes ago stays valid: the show goes on.
    """

    def __init__(self, store: Store, calls: StoreCalls) -> None:
        self._store, self._calls = store, calls
        self._known: dict[bytes, tuple[Caller, float]] = {}
        """Secret → who it is, and when the store said so, in seconds of time.monotonic()."""

    async def caller_of(self, secret: bytes) -> Caller:
        """Return who has a secret. Raises Unauthorized, StorageUnavailable."""
        if not _SECRET.fullmatch(secret):
            raise Unauthorized
        known, at = self._known.get(secret, (None, 0.0))
        age = time.monotonic() - at
        if known is not None and age < _FRESH_SECONDS:
            return known
        try:
            caller = await self._calls.run(self._look_up, secret.decode())
        except StorageUnavailable:
            if known is None or age > _KEPT_SECONDS:
                raise
            return known
        if caller is None:
            self._known.pop(secret, None)
            raise Unauthorized
        if len(self._known) >= _MAX_SECRETS:
            self._known.clear()
        self._known[secret] = caller, time.monotonic()
        return caller

    def forget(self) -> None:
        """Look every secret up again: one of them may not be valid any more."""
        self._known.clear()

    def _look_up(self, secret: str) -> Caller | None:
        if secret.startswith(presenter_tokens.SESSION_PREFIX):
            return Caller(_SCOPES) if presenter_tokens.is_session(self._store, secret) else None
        meeting = meeting_records.find_presenter_token(self._store, secret)
        return None if meeting is None else Caller(_SCOPES, meeting)
