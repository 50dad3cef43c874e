"""API keys and their scopes; without keys, only this machine may call. And who calls."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from service.errors import Forbidden, Unauthorized
from service.settings import Scope as KeyScope

PRESENTER_PREFIXES = (b"ws_", b"wm_")
"""How the secrets of presenters begin: of sessions, and of one meeting."""
_LOCAL_HOSTS = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})


@dataclass(frozen=True)
class Caller:
    """What a caller may do."""

    scopes: frozenset[KeyScope]
    meeting: str | None = None
    """The id of the one meeting that the caller may see; None: all meetings."""


_ANYBODY = Caller(frozenset(get_args(KeyScope)))


class ApiKeys:
    """The keys of the settings. They are looked up by hash: the time of a look-up then says nothing about a key."""

    def __init__(self, keys: Mapping[str, frozenset[KeyScope]]) -> None:
        self._callers = {_hash(secret.encode()): Caller(scopes) for secret, scopes in keys.items()}

    def caller_of(self, headers: dict[bytes, bytes]) -> Caller | bytes:
        """Return who calls, or the secret of a presenter, which the store knows.

        Raises Unauthorized; without keys, Forbidden for a foreign host name.
        """
        kind, _, secret = headers.get(b"authorization", b"").partition(b" ")
        secret = secret.strip() if kind.lower() == b"bearer" else b""
        caller: Caller | None = _ANYBODY
        if self._callers:
            caller = self._callers.get(_hash(secret)) if secret else None
        else:
            _require_local_host(headers.get(b"host", b""))
        if secret.startswith(PRESENTER_PREFIXES) and (caller is None or not self._callers):
            return secret
        if caller is None:
            raise Unauthorized
        return caller


def _require_local_host(host: bytes) -> None:
    """Refuse a page of another site whose name leads to this machine (DNS rebinding). Raises Forbidden."""
    name = host.rpartition(b":")[0] if not host.endswith(b"]") and b":" in host else host
    if name.lower() not in _LOCAL_HOSTS:
        raise Forbidden("Without API keys the service answers to localhost only.")


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()
