"""The addresses at which phones reach the demo, and whether the audience's page answers there."""

import ipaddress
import urllib.request
from http import HTTPStatus
from urllib.parse import urlsplit

from demo.settings import Settings

_SECONDS = 3.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def list_phone_addresses(page_url: str, settings: Settings) -> list[str]:
    """Return the addresses of the demo for other machines, the one in the presenter's browser first.

    They have no slash at the end. There is none if the demo is open to this machine alone.
    """
    addresses = []
    page = urlsplit(page_url)
    if page.hostname and not is_loopback(page.hostname):
        addresses.append(f"{page.scheme}://{page.netloc}")
    if not is_loopback(settings.host):
        names = [name for name in settings.hosts() if "*" not in name and not is_loopback(name.strip("[]"))]
        addresses += [f"http://{name}:{settings.port}" for name in names]
    return [address + settings.base_path for address in dict.fromkeys(addresses)]


def is_loopback(host: str) -> bool:
    """Return whether a host name is this machine for itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def answers(address: str) -> bool:
    """Return whether a page is there, within three seconds."""
    try:
        with _DIRECT.open(address, timeout=_SECONDS) as response:
            return bool(response.status == HTTPStatus.OK)
    except (OSError, ValueError):
        return False
