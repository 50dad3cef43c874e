"""Reads the file that turns the log-in on: the [auth] section of a secrets.toml of Streamlit."""

import importlib.util
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wire.settings_reader import WrongSettings

PACKAGES = ("authlib", "httpx")
_TEXTS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_KEYS = (*_TEXTS, "client_kwargs")
_CALLBACK = "/oauth2callback"
_MIN_SECRET = 32
"""Length in characters: whoever guesses the secret can make a cookie for any name."""


def read_login(setting: str) -> dict[str, Any] | None:
    """Return the [auth] section of the file of DEMO_LOGIN, or None without the setting: then nobody needs to log in.

    Raises WrongSettings with a sentence that names the file and the key, or the packages that are missing.
    """
    if not setting:
        return None
    path = Path(setting)
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongSettings(f"DEMO_LOGIN: {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongSettings(f"DEMO_LOGIN: {path} is no TOML file in UTF-8.") from error  # the error would quote a secret
    section = entries.get("auth")
    if not isinstance(section, dict):
        raise WrongSettings(f"DEMO_LOGIN: {path} has no section [auth].")
    if fault := _find_fault(section):
        raise WrongSettings(f"DEMO_LOGIN: {path}, section [auth]: {fault}")
    missing = [package for package in PACKAGES if importlib.util.find_spec(package) is None]
    if missing:
        raise WrongSettings(
            f"DEMO_LOGIN needs packages that are not installed: {', '.join(missing)}. docs/login.md has how."
        )
    return dict(section)


def _find_fault(section: Mapping[str, Any]) -> str:
    """Return a sentence on the first key that does not fit; empty if all do. It quotes no value: most are secret."""
    unknown = [name for name in section if name not in _KEYS]
    if unknown:
        return f"{unknown[0][:64]!r} is no key. Possible: {', '.join(_KEYS)}."
    texts = {name: text for name in _TEXTS if isinstance(text := section.get(name), str)}
    checks = {
        **{f"{name} must be a text that is not empty.": bool(texts.get(name)) for name in _TEXTS},
        "server_metadata_url must begin with https://.": _is_url(texts.get("server_metadata_url", "")),
        "redirect_uri must begin with https://.": _is_url(texts.get("redirect_uri", "")),
        f"redirect_uri must be the address of the demo with {_CALLBACK} at its end.": texts.get("redirect_uri", "").endswith(
            _CALLBACK
        ),
        f"cookie_secret must have {_MIN_SECRET} characters or more.": len(texts.get("cookie_secret", "")) >= _MIN_SECRET,
        "client_kwargs must be a table.": isinstance(section.get("client_kwargs", {}), dict),
    }
    return next((sentence for sentence, is_right in checks.items() if not is_right), "")


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
