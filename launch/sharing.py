"""`make demo SHARE=yes`: opens the page to other machines, with a key between the demo and the service."""

import ipaddress
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from launch.console import LaunchError

CHOICES = {"yes": True, "no": False, "": False}
_KEY_BYTES = 24
_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - the user asks for it
_OUTSIDE = ("192.0.2.1", 9)
"""An address that no machine has (RFC 5737): connecting a UDP socket sends nothing, but shows the address to send from."""


@dataclass(frozen=True)
class Sharing:
    """Settings for the two programs besides those of the environment, and the hosts at which others reach the page."""

    service: Mapping[str, str]
    demo: Mapping[str, str]
    hosts: tuple[str, ...]


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
        return Sharing({}, {}, ())
    hosts = _machine_hosts() if host in {_EVERY_ADDRESS, "::"} else (host,)
    demo = {"DEMO_HOST": host, "DEMO_ALLOWED_HOSTS": environment.get("DEMO_ALLOWED_HOSTS") or ",".join(hosts)}
    if environment.get("SERVICE_API_KEYS"):
        return Sharing({}, demo, hosts)
    key = environment.get("DEMO_API_KEY") or secrets.token_urlsafe(_KEY_BYTES)
    return Sharing({"SERVICE_API_KEYS": f"{key}:read"}, demo | {"DEMO_API_KEY": key}, hosts)


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
