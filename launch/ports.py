"""Addresses of the programs: reads them from the environment, and checks them before anything slow starts."""

import errno
import ipaddress
import os
import socket
from dataclasses import dataclass

from launch.console import LaunchError

MAX_PORT = 65535
FIRST_UNRESERVED_PORT = 1024


@dataclass(frozen=True)
class Address:
    variable: str
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"


def address(program: str, default_port: int) -> Address:
    """Return the address of a program for requests from this computer, from `…_HOST` and `…_PORT`. Raises LaunchError."""
    variable = f"{program.upper()}_PORT"
    text = os.environ.get(variable) or str(default_port)
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= MAX_PORT):
        raise LaunchError(f"{variable} is {text[:20]!r}, which is not a port: give a whole number from 1 to {MAX_PORT}.")
    return Address(variable, _local_host(f"{program.upper()}_HOST"), int(text))


def _local_host(variable: str) -> str:
    """Return the host for requests from this computer: loopback if the program listens on every address."""
    host = os.environ.get(variable) or "127.0.0.1"
    try:
        ip_address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise LaunchError(f"{variable} is {host[:40]!r}, which is not an IP address: give one such as 127.0.0.1.") from None
    return "127.0.0.1" if ip_address.is_unspecified else str(ip_address)


def require_free(addresses: list[Address], command: str) -> None:
    """Raise LaunchError, with the variable to change, if a port is in use or both ports are the same."""
    if len({one.port for one in addresses}) < len(addresses):
        variables = " and ".join(one.variable for one in addresses)
        raise LaunchError(f"{variables} are both {addresses[0].port}: give each program another port.")
    for one in addresses:
        reason = _occupied(one.host, one.port)
        if reason:
            used_ports = {other.port for other in addresses}
            raise LaunchError(
                f"Port {one.port} {reason}; choose another: {one.variable}={_next_free(one, used_ports)} make {command}"
            )


def _next_free(one: Address, used_ports: set[int]) -> int:
    candidates = range(max(one.port, FIRST_UNRESERVED_PORT) + 1, MAX_PORT + 1)
    return next((port for port in candidates if port not in used_ports and not _occupied(one.host, port)), 8888)


def _occupied(host: str, port: int) -> str:
    """Return why a program cannot listen there, or an empty text."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as listener:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
        with socket.socket(family) as client:  # on macOS one can bind beside a listener on every address
            client.settimeout(1)
            return "is in use by another program" if client.connect_ex((host, port)) == 0 else ""
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return "is in use by another program"
        if error.errno in (errno.EACCES, errno.EPERM):
            return "is reserved for the system's administrator"
        return f"on {host} cannot be used ({error.strerror})"
