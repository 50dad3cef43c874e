"""`make demo SHARE=yes`: opens the page to other machines, with a key between the demo and the service.

The launcher has a key of its own, which lets in those who present: whoever opens the page does not have its scope.
"""

import http.client
import ipaddress
import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from launch.console import LaunchError

CHOICES = {"yes": True, "no": False, "": False}
_KEY_BYTES = 24
_LINK_PATH, _LINK_SECONDS = "/v1/presenter-links", 5.0
_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - the user asks for it
_OUTSIDE = ("192.0.2.1", 9)
"""An address that no machine has (RFC 5737): connecting a UDP socket sends nothing, but shows the address to send from."""


@dataclass(frozen=True)
class Sharing:
    """Settings for the two programs besides those of the environment, and the hosts at which others reach the page."""

    service: Mapping[str, str]
    demo: Mapping[str, str]
    hosts: tuple[str, ...]
    presenter_key: str = ""
    """The key with which the launcher asks for presenter's links; empty if the service needs none."""


def read_sharing(environment: Mapping[str, str]) -> Sharing:
    """Return what SHARE=yes, or a DEMO_HOST that others can reach, adds to the settings. Existing settings stay.

    The service stays on 127.0.0.1. Raises LaunchError if SHARE is neither yes nor no.
    """
    choice = environment.get("SHARE", "")
    if choice not in CHOICES:
        raise LaunchError(f"SHARE is {choice[:20]!r}: give yes or no.")
    host = environment.get("DEMO_HOST") or (_EVERY_ADDRESS if CHOICES[choice] else "127.0.0.1")
    if _is_loopback(host):
        if CHOICES[choice]:
            raise LaunchError(
                f"SHARE=yes opens the demo to others and DEMO_HOST={host[:40]} closes it: give one of the two."
            )
        return Sharing({}, {}, (), _find_presenter_key(environment))
    hosts = _machine_hosts() if host in {_EVERY_ADDRESS, "::"} else (host,)
    demo = {"DEMO_HOST": host, "DEMO_ALLOWED_HOSTS": environment.get("DEMO_ALLOWED_HOSTS") or ",".join(hosts)}
    if environment.get("SERVICE_API_KEYS"):
        return Sharing({}, demo, hosts, _find_presenter_key(environment))
    key = environment.get("DEMO_API_KEY") or secrets.token_urlsafe(_KEY_BYTES)
    presenter_key = secrets.token_urlsafe(_KEY_BYTES)
    keys = f"{key}:read+feedback,{presenter_key}:present"
    return Sharing({"SERVICE_API_KEYS": keys}, demo | {"DEMO_API_KEY": key}, hosts, presenter_key)


def _find_presenter_key(environment: Mapping[str, str]) -> str:
    """Return the first of the user's keys that may present; empty if there is none."""
    entries = (entry.strip().rpartition(":") for entry in environment.get("SERVICE_API_KEYS", "").split(","))
    return next((secret for secret, _, scopes in entries if "present" in scopes.split("+")), "")


def request_link(service_url: str, api_key: str, page_url: str, **parameters: str) -> str | None:
    """Return a new link to the demo, with more parameters. The service gives none to a key without the scope present: None.

    The request uses no proxy, because the service listens on this computer.
    """
    connection = http.client.HTTPConnection(urlsplit(service_url).netloc, timeout=_LINK_SECONDS)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {api_key}"} if api_key else {})
    try:
        connection.request("POST", _LINK_PATH, b"{}", headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.client.CREATED:
            return None
        token = json.loads(content)["token"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
    return f"{page_url}/sign-in?{urlencode({'token': token, **parameters})}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _machine_hosts() -> tuple[str, ...]:
    """Return the addresses of this machine that others can use, then its name."""
    name = socket.gethostname()
    candidates = [_outgoing_address(), *_named_addresses(name)]
    addresses = [address for address in dict.fromkeys(candidates) if address and not _is_loopback(address)]
    return (*addresses, name)


def _outgoing_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_OUTSIDE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _named_addresses(name: str) -> list[str]:
    try:
        return socket.gethostbyname_ex(name)[2]
    except OSError:
        return []
