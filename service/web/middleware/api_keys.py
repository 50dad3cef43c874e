"""API keys and their scopes; without keys, only this machine may call."""

import hashlib
from collections.abc import Mapping
from typing import get_args

from service.errors import Forbidden, Unauthorized
from service.settings import Scope as KeyScope

_LOCAL_HOSTS = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})
_ALL_SCOPES: frozenset[KeyScope] = frozenset(get_args(KeyScope))


class ApiKeys:
    """The keys of the settings. They are looked up by hash: the time of a look-up then says nothing about a key."""

    def __init__(self, keys: Mapping[str, frozenset[KeyScope]]) -> None:
        self._scopes = {_hash(secret.encode()): scopes for secret, scopes in keys.items()}

    def scopes_of(self, headers: dict[bytes, bytes]) -> frozenset[KeyScope]:
        """Return what the caller may do. Raises Unauthorized; without keys, Forbidden for a foreign host name."""
        if not self._scopes:
            _require_local_host(headers.get(b"host", b""))
            return _ALL_SCOPES
        kind, _, secret = headers.get(b"authorization", b"").partition(b" ")
        scopes = self._scopes.get(_hash(secret.strip())) if kind.lower() == b"bearer" else None
        if scopes is None:
            raise Unauthorized
        return scopes


def _require_local_host(host: bytes) -> None:
    """Refuse a page of another site whose name leads to this machine (DNS rebinding). Raises Forbidden."""
    name = host.rpartition(b":")[0] if not host.endswith(b"]") and b":" in host else host
    if name.lower() not in _LOCAL_HOSTS:
        raise Forbidden("Without API keys the service answers to localhost only.")


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()
