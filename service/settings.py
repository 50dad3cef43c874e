"""The service's settings, from SERVICE_… variables."""

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

from wire import settings_reader
from wire.base_path import read_base_path
from wire.settings_reader import Range, WrongSettings

BUNDLES = Path(__file__).parents[1] / "bundles"
ENVIRONMENTS = Path(__file__).parents[1] / "var" / "environments"
DATABASE = Path(__file__).parents[1] / "var" / "witryna.db"
PREFIX = "SERVICE_"
Scope = Literal["read", "feedback", "present", "admin"]
_MIN_KEY_CHARACTERS = 16
_Port = Annotated[int, Range(1, 65_535)]
_Count = Annotated[int, Range(1, 10**12)]
_Seconds = Annotated[float, Range(0.1, 86_400)]
_Hours = Annotated[float, Range(0, 1_000_000)]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting with its default. Each is read from SERVICE_<NAME>; docs/settings.md explains them."""

    host: str = "127.0.0.1"
    port: _Port = 8000
    base_path: str = ""
    cors_origins: str = ""
    api_keys: str = ""
    bundles: str = str(BUNDLES)
    bundles_poll_seconds: Annotated[float, Range(0.05, 3600)] = 1.0
    database_url: str = f"sqlite:///{DATABASE}"
    stored_max_age_hours: _Hours = 36.0
    stale_predictions: Literal["mark", "rescore"] = "mark"
    features_max_age_hours: _Hours = 36.0
    expired_features: Literal["mark", "refuse"] = "mark"
    max_runs: _Count = 3
    retention_days: Annotated[int, Range(0, 36_500)] = 0
    accept_models: Literal["no", "yes"] = "no"
    max_body_bytes: _Count = 8 * 2**20
    max_rows: _Count = 10_000
    max_file_bytes: _Count = 256 * 2**20
    max_file_rows: _Count = 2_000_000
    max_in_flight: _Count = 64
    max_streams: _Count = 256
    body_stall_seconds: _Seconds = 30.0
    header_seconds: _Seconds = 10.0
    file_wait_seconds: _Seconds = 30.0
    keep_alive_seconds: Annotated[int, Range(1, 86_400)] = 75
    model_seconds: _Seconds = 30.0
    model_memory_bytes: _Count = 4 * 2**30
    environments: str = str(ENVIRONMENTS)
    export_seconds: _Seconds = 300.0
    database_seconds: _Seconds = 300.0
    stop_seconds: Annotated[int, Range(1, 3600)] = 15

    @property
    def accepts_models(self) -> bool:
        """Whether a caller with the scope admin can publish models."""
        return self.accept_models == "yes"

    @property
    def max_days(self) -> int | None:
        """After so many days what people wrote is removed; None: never by itself."""
        return self.retention_days or None

    def origins(self) -> list[str]:
        """Return the origins whose pages may call the service from a browser."""
        return settings_reader.read_origins(f"{PREFIX}CORS_ORIGINS", self.cors_origins)

    def keys(self) -> dict[str, frozenset[Scope]]:
        """Return secret → scopes, from "secret:read+feedback,other:admin"."""
        keys: dict[str, frozenset[Scope]] = {}
        for entry in filter(None, (part.strip() for part in self.api_keys.split(","))):
            secret, colon, scopes = entry.rpartition(":")
            names = frozenset(scopes.split("+"))
            if not colon or not names <= set(get_args(Scope)):
                raise WrongSettings("SERVICE_API_KEYS must look like secret:read+feedback,other-secret:admin.")
            if len(secret) < _MIN_KEY_CHARACTERS or not secret.isascii():
                raise WrongSettings(f"Each secret of SERVICE_API_KEYS needs {_MIN_KEY_CHARACTERS} characters or more.")
            keys[secret] = cast(frozenset[Scope], names)
        return keys


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment. Raises WrongSettings with a sentence that names the variable."""
    settings = settings_reader.read_settings(Settings, PREFIX, environment)
    if settings.database_url == Settings.database_url:
        with suppress(OSError):  # the store says so at its first use
            DATABASE.parent.mkdir(exist_ok=True)
    settings = replace(settings, base_path=read_base_path(f"{PREFIX}BASE_PATH", settings.base_path))
    settings.origins()
    if f"{PREFIX}BUNDLES" in environment and not Path(settings.bundles).is_dir():
        raise WrongSettings(f"{PREFIX}BUNDLES is to be the folder of the models, and there is no such folder.")
    if not settings.keys() and not is_loopback(settings.host):
        raise WrongSettings(f"On {settings.host} others can reach the service: set SERVICE_API_KEYS, or bind to 127.0.0.1.")
    if settings.accepts_models and not any("admin" in scopes for scopes in settings.keys().values()):
        raise WrongSettings(f"{PREFIX}ACCEPT_MODELS=yes needs a key with the scope admin in SERVICE_API_KEYS: secret:admin.")
    return settings


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
