"""Promises of both programs behind a real nginx: with the file of deploy/, and with nginx's defaults."""

import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from client import Client, MeetingCase
from demo.__main__ import PING_SECONDS
from demo.settings import Settings as DemoSettings
from service.settings import Settings as ServiceSettings
from tests.support import nginx
from tests.support.pipeline_command import MODEL
from tests.support.repository import ROOT
from tests.support.server_process import Program, demo_program, free_port, running, service_program

NAME = "models.example.com"
KEY = "a-secret-of-the-tests"
PING, PONG = 0x89, 0x8A
"""The first byte of whole frames (RFC 6455)."""
NGINX_IDLE_SECONDS = 60
"""nginx's defaults of `proxy_read_timeout`, and of `keepalive_timeout` in an upstream."""


@pytest.fixture(scope="module")
def service(alone: Path) -> Iterator[Program]:
    with running(service_program(alone, SERVICE_BASE_PATH="/api")) as program:
        yield program


@pytest.fixture(scope="module")
def demo(service: Program) -> Iterator[Program]:
    with running(demo_program(service.url, DEMO_BASE_PATH="/models", DEMO_ALLOWED_HOSTS=NAME)) as program:
        yield program


@pytest.fixture(scope="module", params=["kept", "cut"])
def default_proxy(request: pytest.FixtureRequest, service: Program, demo: Program) -> Iterator[str]:
    """nginx with its defaults; it passes the prefix on, or removes it."""
    slash = "/" if request.param == "cut" else ""
    port = free_port()
    locations = {"/api/": service.url + slash, "/models/": demo.url + slash}
    with nginx.nginx(nginx.with_defaults(port, locations), port) as url:
        yield url


@pytest.fixture(scope="module")
def deployed(alone: Path) -> Iterator[str]:
    """nginx with the file of deploy/, in front of programs with the settings that the file names."""
    service = service_program(alone, SERVICE_BASE_PATH="/api", SERVICE_API_KEYS=f"{KEY}:read")
    demo = demo_program(f"{service.url}/api", DEMO_API_KEY=KEY, DEMO_ALLOWED_HOSTS=NAME)
    port = free_port()
    service_port, demo_port = (urlsplit(program.url).port or 0 for program in (service, demo))
    with running(service), running(demo), nginx.nginx(nginx.deployed(service_port, demo_port, port, NAME), port) as url:
        yield url


def open_page_socket(url: str, origin: str, host: str = "") -> ClientConnection:
    """Connect as the page does. A browser sends the name of the address bar, and the port if it is not 80."""
    port = urlsplit(url).port or 80
    address = f"ws://{host or '127.0.0.1'}:{port}{urlsplit(url).path}_stcore/stream"
    wire = socket.create_connection(("127.0.0.1", port), 60)
    return connect(
        address,
        sock=wire,
        origin=Origin(origin),
        subprotocols=[Subprotocol("streamlit")],
        proxy=None,
        open_timeout=60,
    )


def assert_docs_are_whole(url: str, **headers: str) -> None:
    """The page of the docs and all that it loads are there, and its operations lead back to this proxy."""
    page = requests.get(f"{url}/api/docs", headers=headers, timeout=60)
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"|url: \'([^\']+)\'', page.text)
    assert len(links) >= 3
    for link in (first or second for first, second in links):
        assert requests.get(urljoin(f"{url}/api/docs", link), headers=headers, timeout=60).status_code == 200, link
    document = requests.get(f"{url}/api/openapi.json", headers=headers, timeout=60).json()
    assert document["servers"] == [{"url": "/api"}]
    (path,) = (path for path in document["paths"] if path == "/v1/models")
    assert requests.get(f"{url}/api{path}", headers=headers, timeout=60).status_code == 200


def test_the_docs_of_the_service_are_whole_below_a_prefix_that_the_proxy_keeps_or_cuts(default_proxy: str) -> None:
    assert_docs_are_whole(default_proxy)


def test_the_service_answers_below_a_prefix_and_without_it(default_proxy: str, service: Program) -> None:
    answers = [Client(url).predict(MODEL, [{"comment": "Great room"}]) for url in (f"{default_proxy}/api", service.url)]
    assert answers[0] == answers[1]
    missing = requests.get(f"{default_proxy}/api/v1/nothing", timeout=60)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_the_page_and_its_socket_open_below_a_prefix_though_nginx_changes_the_host(default_proxy: str) -> None:
    page = requests.get(f"{default_proxy}/models/", timeout=60)
    script = re.search(r'src="([^"]+\.js)"', page.text)
    assert script is not None
    assert requests.get(urljoin(page.url, script[1]), timeout=60).status_code == 200
    with open_page_socket(f"{default_proxy}/models/", f"http://{NAME}") as socket_of_page:
        assert socket_of_page.subprotocol == "streamlit"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"http://{NAME}.evil.example", "http://evil.example:8501"]
)
def test_a_page_of_another_site_gets_no_socket(origin: str, default_proxy: str, demo: Program) -> None:
    for url in (f"{default_proxy}/models/", f"{demo.url}/"):
        with pytest.raises(InvalidStatus) as refused:
            open_page_socket(url, origin)
        assert refused.value.response.status_code == 403


def test_an_address_without_its_last_slash_leads_to_the_page(demo: Program) -> None:
    answer = requests.get(f"{demo.url}/models?lang=pl", timeout=60, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (307, "/models/?lang=pl")


def test_with_the_file_of_deploy_the_page_its_socket_and_the_service_work(deployed: str) -> None:
    port = urlsplit(deployed).port
    host = {"Host": f"{NAME}:{port}"}
    assert requests.get(deployed, headers=host, timeout=60).status_code == 200
    with open_page_socket(f"{deployed}/", f"http://{NAME}:{port}", NAME):
        pass
    with pytest.raises(InvalidStatus):
        open_page_socket(f"{deployed}/", "http://evil.example", NAME)
    assert_docs_are_whole(deployed, Authorization=f"Bearer {KEY}", **host)
    assert requests.get(f"{deployed}/api/v1/models", headers=host, timeout=60).status_code == 401


def test_each_event_of_a_meeting_comes_through_at_once(default_proxy: str) -> None:
    """With nginx's defaults, which collect the answers of a program until 8 kB are there."""
    client = Client(f"{default_proxy}/api")
    row = {"comment": "Great room"}
    case: MeetingCase = {"id": "one", "name": "One", "model": MODEL, "row": row}
    meeting = client.meetings.create({"title": "Rooms", "cases": [case]}, client.feedback.new_key())
    with closing(client.audience.events(meeting["audience_code"])) as views:
        assert next(views)["case"] is None
        client.meetings.set_state(meeting["id"], {"case": "one", "phase": "guess"})
        shown = next(views)["case"]
        assert shown is not None
        assert shown["row"] == row


def test_no_request_through_the_pool_of_an_upstream_is_lost(deployed: str) -> None:
    body = {"rows": [{"comment": "Great room"}]}
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {KEY}"
        url = f"{deployed}/api/v1/models/{MODEL}/predictions"
        assert {session.post(url, json=body, timeout=60).status_code for _ in range(48)} == {200}


def test_idle_connections_outlive_those_of_nginx() -> None:
    """The pool of an upstream is closed by nginx first, so that it sends no request into a connection that just closed."""
    assert ServiceSettings().keep_alive_seconds > NGINX_IDLE_SECONDS
    assert DemoSettings().keep_alive_seconds > NGINX_IDLE_SECONDS
    assert PING_SECONDS < NGINX_IDLE_SECONDS
    text = nginx.FILE.read_text(encoding="utf-8")
    assert "timeout" not in text, "the file keeps nginx's defaults"


@pytest.mark.parametrize("kind", ["service", "demo"])
def test_an_idle_connection_is_closed_after_the_seconds_of_the_setting(kind: str, alone: Path) -> None:
    program = (
        service_program(alone, SERVICE_KEEP_ALIVE_SECONDS="1")
        if kind == "service"
        else demo_program("http://127.0.0.1:9", DEMO_KEEP_ALIVE_SECONDS="1")
    )
    with running(program):
        connection = http.client.HTTPConnection(urlsplit(program.url).netloc, timeout=60)
        connection.request("GET", "/health/live" if kind == "service" else "/_stcore/health")
        assert connection.getresponse().read()
        assert connection.sock.recv(1) == b"", "the program, not a minute of waiting, ended it"
        connection.close()


def test_a_page_that_nobody_touches_gets_pings_through_nginx() -> None:
    port, proxy_port = free_port(), free_port()
    start = "import demo.__main__ as demo; demo.PING_SECONDS = 0.1; demo.main()"
    program = Program("demo", "/_stcore/health", port, DEMO_PORT=str(port), DEMO_SERVICE_URL="http://127.0.0.1:9")
    program.command = [sys.executable, "-c", start]
    with running(program), nginx.nginx(nginx.with_defaults(proxy_port, {"/": program.url}), proxy_port):
        wire = socket.create_connection(("127.0.0.1", proxy_port), 60)
        wire.sendall(
            b"GET /_stcore/stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: streamlit\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        with wire, wire.makefile("rb") as frames:
            assert b" 101 " in frames.readline()
            while frames.readline() != b"\r\n":
                pass
            for _ in range(3):
                kind, length = frames.read(2)
                payload = frames.read(length)
                assert (kind, length < 126) == (PING, True)
                wire.sendall(bytes([PONG, 0x80 | length]) + bytes(4) + payload)  # masked with zeros


CALLER = "https://app.example.com"


@pytest.fixture(scope="module")
def open_to_caller(alone: Path) -> Iterator[Program]:
    with running(
        service_program(alone, SERVICE_CORS_ORIGINS=f"{CALLER},http://localhost:3000", SERVICE_API_KEYS=f"{KEY}:read")
    ) as p:
        yield p


def test_only_pages_of_the_named_origins_may_call_the_service_from_a_browser(open_to_caller: Program) -> None:
    url = f"{open_to_caller.url}/v1/models/{MODEL}/predictions"
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = requests.options(url, headers={"Origin": CALLER, **asks}, timeout=60)
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == CALLER
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in allowed.headers
    other = requests.options(url, headers={"Origin": "https://app.example.com.evil.example", **asks}, timeout=60)
    assert (other.status_code, other.headers.get("Access-Control-Allow-Origin")) == (400, None)


def test_a_script_of_a_named_origin_can_read_answers_errors_and_their_headers(open_to_caller: Program) -> None:
    url = f"{open_to_caller.url}/v1/models/{MODEL}/predictions"
    headers = {"Origin": CALLER, "Authorization": f"Bearer {KEY}"}
    for body, status in (({"rows": [{"comment": "Great"}]}, 200), ({"rows": [{"comment": 5}]}, 422)):
        answer = requests.post(url, json=body, headers=headers, timeout=60)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, CALLER)
        assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
    refused = requests.post(url, json={}, headers={"Origin": CALLER}, timeout=60)
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, CALLER)


def test_without_the_setting_no_answer_has_a_cors_header(service: Program) -> None:
    answer = requests.get(f"{service.url}/v1/models", headers={"Origin": CALLER}, timeout=60)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_nginx_takes_the_file_of_deploy_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text(f"events {{}} http {{ include {nginx.FILE}; }}")
    done = subprocess.run(
        [nginx.BINARY, "-t", "-p", tmp_path, "-c", "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr


def test_the_page_of_the_docs_quotes_the_file() -> None:
    page = (ROOT / "docs" / "proxy.md").read_text(encoding="utf-8")
    assert f"```nginx\n{nginx.FILE.read_text(encoding='utf-8')}```" in page
