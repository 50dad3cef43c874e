"""A stub of the model service: its cards, the requests that it received, and how it fails."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pyarrow as pa
import pytest

from tests.support.demo_pages import forget

EVERY_TYPE: list[dict[str, Any]] = [
    {"name": "amount", "type": "number"},
    {"name": "share", "type": "number", "shown_as": "percent", "minimum": 0.0, "maximum": 1.0, "default": 0.5},
    {"name": "open_share", "type": "number", "shown_as": "percent"},
    {"name": "months", "type": "integer", "minimum": 0, "maximum": 8, "default": 2},
    {"name": "cut", "type": "category", "categories": [{"value": "Fair"}, {"value": "Odd", "seen": False}]},
    {"name": "sure", "type": "boolean"},
    {"name": "remark", "type": "text"},
]
NULLABLE = [field | {"name": f"maybe_{field['name']}", "nullable": True, "default": None} for field in EVERY_TYPE]
HOSTILE = ":red[x] $y^2$ **bold** <script>alert(1)</script> [link](https://e.example) `code` :smile:"


class StubService:
    """A stub of the service: its cards, the bodies that it received, and how it fails."""

    def __init__(self) -> None:
        self.cards: list[dict[str, Any]] = []
        """Of two cards of one model the first is the default version."""
        self.request_bodies: list[dict[str, Any]] = []
        self.trouble: tuple[int, str, dict[str, Any]] | None = None
        self.warnings: list[dict[str, str]] = []
        self.features: dict[str, Any] = {}
        """The stored record of every key of a card with an entity."""
        self.keys: list[dict[str, Any]] = []
        """The list of the stored keys."""
        self.forms: list[dict[str, Any]] = []
        """The forms in which every model can be taken away."""
        self.ways: dict[str, dict[str, Any]] = {}
        """Way → what its answer to a comparison has besides that of a form that was run."""
        self.shares: dict[str, float] = {}
        """Version → the probability of `yes`, if it is not 0.75."""
        self.table: pa.Table | None = None
        """The answer to a file of rows."""
        self.picture: bytes | tuple[int, str, dict[str, Any]] = b""
        """The answer to a picture."""
        self.sent_pictures: list[tuple[str, bytes]] = []
        """The path and the body of each picture that it received."""
        self.swept: dict[str, list[Any]] = {}
        """Field → the values of its curve; without an entry, the value of the row alone."""
        self.change: Callable[[Any], Any] = lambda answer: answer
        """A change that is made to every answer before it is sent."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, str, Any]:
        named = [card for card in self.cards if f"/{card['name']}" in path]
        wanted = body.get("version") or path.partition("version=")[2]
        card = next((card for card in named if card["version"] == wanted), named[0] if named else None)
        first = {each["name"]: each for each in reversed(self.cards)}
        versions = {name: [each["version"] for each in self.cards if each["name"] == name] for name in first}
        states = [
            {"name": each["name"], "state": "ready", "version": each["version"], "versions": versions[each["name"]]}
            | {"title": each["title"], "question": "", "reason": None}
            for each in self.cards
            if each is first[each["name"]]
        ]
        if method == "POST" and card:
            if body.get("version") != card["version"]:
                return problem(404, "unknown_version")
            self.request_bodies.append(body)
            question = path.rpartition("/")[2].partition("?")[0]
            return self.trouble or (200, "application/json", getattr(self, f"_{question}")(card, body))
        if card and path.partition("?")[0].endswith("/exports"):
            return 200, "application/json", {"model": card["name"], "version": card["version"], "exports": self.forms}
        if card and path.partition("?")[0].endswith("/entities"):
            return 200, "application/json", {"items": self.keys, "next": None}
        if card and "/entities/" in path:
            return 200, "application/json", self._entity(card, path.rpartition("/")[2])
        if path.partition("?")[0].endswith("/evaluation"):
            return problem(404, "no_evaluation")
        if path == "/health/ready":
            return 200, "application/json", {"status": "ready", "models": states}
        return 200, "application/json", card or {"items": states, "next": None}

    def _entity(self, card: dict[str, Any], key: str) -> dict[str, Any]:
        age = {"computed_at": "2026-11-29T02:00:00.000Z", "age_seconds": 60.0, "run": "r"}
        features = age | {"values": self.features, "expired": False}
        stored = {"row": self.features, "prediction": self._prediction(card), "version": card["version"], "stale": False}
        whole = {"model": card["name"], "version": card["version"], "key": card["entity"]["key"], "id": key}
        return whole | {"stored_prediction": age | stored, "stored_features": features}

    def _predictions(self, card: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        answers = [self._prediction(card) for _ in body["rows"]]
        return {"model": card["name"], "version": card["version"], "source": "live", "predictions": answers}

    def _prediction(self, card: dict[str, Any]) -> dict[str, Any]:
        one: dict[str, Any] = {"decision": None, "warnings": self.warnings}
        if card["output"]["kind"] == "regression":
            return one | {"value": 12.5, "interval": None}
        share = self.shares.get(card["version"], 0.75)
        return one | {"label": "yes", "probabilities": {"no": 1 - share, "yes": share}}

    def _explanations(self, card: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        fields = [field["name"] for field in card["inputs"]]
        explanations = [
            {
                "base": 0.5,
                "output": 0.75,
                "standard_error": 0.0,
                "contributions": [
                    {"field": name, "value": row[name], "contribution": 0.25 / len(fields)} for name in fields
                ],
                "sentence": HOSTILE,
                "prediction": self._prediction(card),
                "usualness": {"percentile": 99.0, "fields": fields[:2]},
            }
            for row in body["rows"]
        ]
        return {"model": card["name"], "version": card["version"], "explanations": explanations}

    def _curves(self, card: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        prediction, row = self._prediction(card), body["row"]
        values = [self.swept.get(name, [row[name]]) for name in body["fields"]]
        curves = [
            {
                "field": name,
                "seen": None,
                "usual": None,
                "points": [{"value": value, "prediction": prediction} for value in swept],
            }
            for name, swept in zip(body["fields"], values, strict=True)
        ]
        outputs = [[0.75] * len(values[-1])] * len(values[0])
        surface = {"fields": body["fields"], "values": values, "outputs": outputs}
        together = body.get("together", False)
        answer = {"model": card["name"], "version": card["version"], "prediction": prediction, "pinned": prediction}
        answer["usualness"] = {"percentile": 99.0, "fields": []}
        return answer | {"curves": [] if together else curves, "surface": surface if together else None}

    def _recommendations(self, card: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        name = next(iter(body["row"]))
        proposal = {
            "changes": [{"field": name, "from": body["row"][name], "to": None}],
            "prediction": self._prediction(card),
            "usualness": None,
        }
        answer = {"model": card["name"], "version": card["version"], "prediction": self._prediction(card)}
        return answer | {"reachable": True, "recommendations": [proposal]}

    def _comparisons(self, card: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        run = {"status": "run", "prediction": self._prediction(card), "difference": 0.0, "seconds": 0.002}
        run |= {"includes_start": False, "program": None, "proof": None, "reason": None}
        answers = [{"way": way} | run | self.ways.get(way, {}) for way in body["ways"]]
        return {"model": card["name"], "version": card["version"], "answers": answers, "difference": None}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply({})

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.startswith("/v1/pictures"):
                    stub.sent_pictures.append((self.path, content))
                    if isinstance(stub.picture, bytes):
                        self._send(200, "image/png", stub.picture, {})
                    else:
                        status, kind, answer = stub.picture
                        self._send(status, kind, json.dumps(answer).encode(), {})
                elif stub.table is not None and self.headers["Content-Type"] != "application/json":
                    self._reply_with_table(stub.table)
                else:
                    self._reply(json.loads(content))

            def _reply_with_table(self, table: pa.Table) -> None:
                out = io.BytesIO()
                with pa.ipc.new_stream(out, table.schema) as stream:
                    stream.write_table(table)
                result = {"format": "csv", "rows": table.num_rows, "columns": [], "ignored": []}
                self._send(200, "application/vnd.apache.arrow.stream", out.getvalue(), {"X-File": json.dumps(result)})

            def _reply(self, body: dict[str, Any]) -> None:
                status, kind, answer = stub.answer(self.command, self.path, body)
                self._send(status, kind, json.dumps(stub.change(answer)).encode(), {})

            def _send(self, status: int, kind: str, content: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Keep the tests quiet."""

        return Handler

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def hand_made(inputs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    chance = {"kind": "classification", "labels": [{"value": "no"}, {"value": "yes"}], "focus": "yes"}
    card = {"name": "fifth", "version": "v1", "title": "Fifth", "question": "What?", "inputs": inputs, "output": chance}
    return card | more


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubService]:
    service = StubService()
    point_at(service.url, monkeypatch)
    yield service
    service.stop()


def point_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_SERVICE_URL", url)
    forget()


def problem(status: int, code: str, errors: list[dict[str, str]] | None = None) -> tuple[int, str, dict[str, Any]]:
    body = {"type": "/errors", "title": "No", "status": status, "detail": "No.", "code": code, "request_id": "abc-123"}
    return status, "application/problem+json", body | ({"errors": errors} if errors else {})
