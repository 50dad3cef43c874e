"""The demo's settings, from DEMO_… variables. A misspelt name is refused, not ignored."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "DEMO_"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_PORTS = range(1, 65536)


class WrongSettings(Exception):
    """The message says which setting and what to do."""


@dataclass(frozen=True)
class Settings:
    """Every setting with its default. Each is read from DEMO_<NAME>."""

    service_url: str = "http://127.0.0.1:8000"
    api_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8501
    allowed_hosts: str = ""
    feeds: str = ""

    def hosts(self) -> list[str]:
        """Return the names under which a browser may ask for the page; this machine's own always work."""
        return [*LOOPBACK_HOSTS, *filter(None, (name.strip() for name in self.allowed_hosts.split(",")))]

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
    given = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    unknown = sorted(given.keys() - {field.name for field in fields(Settings)})
    if unknown:
        raise WrongSettings(f"There is no setting {PREFIX}{unknown[0].upper()}. Is it misspelt?")
    port = given.pop("port", str(Settings.port))
    if not port.isdecimal() or int(port) not in _PORTS:
        raise WrongSettings("DEMO_PORT must be a number from 1 to 65535.")
    settings = Settings(port=int(port), **given)
    _check_url(settings.service_url)
    settings.feeds_by_model()
    if not _is_loopback(settings.host) and not settings.allowed_hosts:
        raise WrongSettings(
            f"DEMO_HOST={settings.host} lets other machines in. Name in DEMO_ALLOWED_HOSTS under which addresses they "
            "reach the page, separated by commas."
        )
    return settings


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongSettings("DEMO_SERVICE_URL must look like http://127.0.0.1:8000.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
