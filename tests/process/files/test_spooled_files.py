"""Promises of uploaded files on disk: they have no name, and nothing is left of them when the service is killed."""

import signal
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.row_files import MEDIA
from tests.support.server_process import Program, demo_program, running, service_program

SECRET = b"a comment that a caller sent\n"


def upload(program: Program, content: bytes) -> socket.socket:
    """Return a connection on which the beginning of a CSV file was sent."""
    wire = socket.create_connection(("127.0.0.1", urlsplit(program.url).port or 0), 10)
    head = "POST /v1/models/comment-sentiment/predictions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    wire.sendall(f"{head}Content-Type: {MEDIA['csv']}\r\nContent-Length: {10 * len(content)}\r\n\r\n".encode())
    assert wire.recv(100).startswith(b"HTTP/1.1 100")  # from here on the service reads, so the file is open
    wire.sendall(content)
    return wire


def files_with_the_comment(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and SECRET in file.read_bytes()]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files without a name are Linux's")
def test_a_killed_service_leaves_nothing_of_a_file_that_it_received(alone: Path, tmp_path: Path) -> None:
    program = service_program(alone, TMPDIR=str(tmp_path))
    with running(program), upload(program, SECRET * 100_000):
        assert files_with_the_comment(tmp_path) == []
        program.end(signal.SIGKILL)
        assert files_with_the_comment(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
@pytest.mark.parametrize("program", ["service", "demo"])
def test_a_program_that_starts_removes_what_a_killed_one_has_left(program: str, alone: Path, tmp_path: Path) -> None:
    left = tmp_path / "witryna-scratch-left"
    left.mkdir()
    (left / "rows").write_bytes(SECRET)
    folder = str(tmp_path)
    made = (
        service_program(alone, TMPDIR=folder) if program == "service" else demo_program("http://127.0.0.1:9", TMPDIR=folder)
    )
    with running(made):
        assert files_with_the_comment(tmp_path) == []
