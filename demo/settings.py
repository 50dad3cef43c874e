"""The demo's settings, from DEMO_… variables."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from wire import settings_reader
from wire.base_path import read_base_path
from wire.settings_reader import Range, WrongSettings

PREFIX = "DEMO_"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting with its default. Each is read from DEMO_<NAME>; docs/settings.md explains them."""

    service_url: str = "http://127.0.0.1:8000"
    api_key: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Range(1, 65_535)] = 8501
    allowed_hosts: str = ""
    base_path: str = ""
    keep_alive_seconds: Annotated[int, Range(1, 86_400)] = 75
    feeds: str = ""
    docs_url: str = ""
    embed_origins: str = ""
    feedback: str = ""
    config: str = ""
    login: str = ""
    meetings: str = ""

    def hosts(self) -> list[str]:
        """Return the host names that a browser may use for the page. Those of this machine are always allowed."""
        return [*LOOPBACK_HOSTS, *filter(None, (name.strip() for name in self.allowed_hosts.split(",")))]

    def embedding_origins(self) -> list[str]:
        """Return the origins whose pages may show a page of the demo in a frame."""
        return settings_reader.read_origins(f"{PREFIX}EMBED_ORIGINS", self.embed_origins)

    def docs_of_service(self) -> str:
        """Return the address of the service's docs for a browser.

        Without DEMO_DOCS_URL there is one only on this machine, and only if the docs need no key.
        """
        if self.docs_url or self.api_key or not _is_loopback(self.host):
            return self.docs_url
        return f"{self.service_url.rstrip('/')}/docs" if _is_loopback(urlsplit(self.service_url).hostname or "") else ""

    def service_address(self) -> str:
        """Return the address of the service for programs of those who read the page; empty if no setting says it."""
        if self.docs_url:
            address, slash, last = self.docs_url.rstrip("/").rpartition("/")
            return address if slash and last == "docs" else ""
        is_here = _is_loopback(self.host) and _is_loopback(urlsplit(self.service_url).hostname or "")
        return self.service_url.rstrip("/") if is_here else ""

    def feeds_by_model(self) -> dict[str, Path]:
        """Return model → the file that a pipeline writes for it, from "comment-sentiment=/folder/enriched.jsonl,…"."""
        feeds: dict[str, Path] = {}
        for entry in filter(None, (part.strip() for part in self.feeds.split(","))):
            model, equals, path = entry.partition("=")
            if not (model and equals and path):
                raise WrongSettings("DEMO_FEEDS must look like comment-sentiment=/folder/enriched.jsonl.")
            feeds[model] = Path(path)
        return feeds


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment. Raises WrongSettings with a sentence that names the variable."""
    settings = settings_reader.read_settings(Settings, PREFIX, environment)
    settings = replace(settings, base_path=read_base_path(f"{PREFIX}BASE_PATH", settings.base_path))
    _check_url("SERVICE_URL", settings.service_url)
    if settings.docs_url:
        _check_url("DOCS_URL", settings.docs_url)
    settings.feeds_by_model()
    settings.embedding_origins()
    for name in ("feedback", "meetings"):
        folder = getattr(settings, name)
        if folder and not Path(folder).is_dir():
            raise WrongSettings(f"{PREFIX}{name.upper()} must be a folder that exists.")
    if not _is_loopback(settings.host) and not settings.allowed_hosts:
        raise WrongSettings(
            f"DEMO_HOST={settings.host} lets other machines in. Name in DEMO_ALLOWED_HOSTS under which addresses they "
            "reach the page, separated by commas."
        )
    return settings


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongSettings(f"{PREFIX}{name} must look like http://127.0.0.1:8000.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
