"""Promises of /mcp about wrong messages: the error that the specification names, and words that an assistant can act on."""

import asyncio
import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from service.web.app import create_app
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.mcp_messages import LEGACY, META, MODERN, call, headers_of, message, send
from tests.support.problem_check import check_problem

PREDICT = {"model": "flat-price", "rows": [FLAT_ROW]}


def code_of(answer: Any) -> int:
    body = answer.json()
    assert body["jsonrpc"] == "2.0"
    assert body.keys() == {"jsonrpc", "id", "error"}
    assert isinstance(body["error"]["message"], str)
    code: int = body["error"]["code"]
    return code


BODIES: dict[str, tuple[bytes, int]] = {
    "no JSON": (b"{", -32700),
    "not UTF-8": (b'{"jsonrpc": "2.0", "method": "\xff", "id": 1}', -32700),
    "nested too deeply": (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"a": ' + b"[" * 100_000, -32700),
    "a batch": (json.dumps([message("tools/list")]).encode(), -32600),
    "an empty batch": (b"[]", -32600),
    "an answer": (b'{"jsonrpc": "2.0", "id": 1, "result": {}}', -32600),
    "another protocol": (b'{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}', -32600),
    "no protocol": (b'{"id": 1, "method": "tools/list"}', -32600),
    "an id that is null": (b'{"jsonrpc": "2.0", "id": null, "method": "tools/list"}', -32600),
    "an id that is a fraction": (b'{"jsonrpc": "2.0", "id": 1.5, "method": "tools/list"}', -32600),
    "an id that is true": (b'{"jsonrpc": "2.0", "id": true, "method": "tools/list"}', -32600),
    "a method that is a number": (b'{"jsonrpc": "2.0", "id": 1, "method": 3}', -32600),
    "a method that comes twice": (b'{"jsonrpc": "2.0", "id": 1, "method": "a", "method": "tools/list"}', -32600),
    "parameters that are a list": (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": []}', -32600),
}


@pytest.mark.parametrize("revision", [MODERN, LEGACY])
@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_message_gets_400_and_the_code_of_json_rpc(name: str, revision: str, toys: TestClient) -> None:
    body, code = BODIES[name]
    headers = headers_of(message("tools/list"), revision) | {"Content-Type": "application/json"}
    answer = toys.post("/mcp", content=body, headers=headers)
    assert (answer.status_code, code_of(answer)) == (400, code)
    assert answer.json()["id"] is None


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


CALL = message("tools/call", {"name": "predict", "arguments": PREDICT})
HEADERS = headers_of(CALL)
NO_CAPABILITIES = CALL | {"params": CALL["params"] | {"_meta": {f"{META}protocolVersion": MODERN}}}
NO_META = CALL | {"params": {key: value for key, value in CALL["params"].items() if key != "_meta"}}
MISMATCHES: dict[str, tuple[Any, dict[str, str], int]] = {
    "no revision": (CALL, without(HEADERS, "MCP-Protocol-Version"), -32020),
    "an unknown revision": (CALL, HEADERS | {"MCP-Protocol-Version": "1900-01-01"}, -32022),
    "a revision with batches": (CALL, HEADERS | {"MCP-Protocol-Version": "2025-03-26"}, -32022),
    "another revision in the message": (CALL, HEADERS | {"MCP-Protocol-Version": LEGACY}, -32020),
    "no method in the headers": (CALL, without(HEADERS, "Mcp-Method"), -32020),
    "another method in the headers": (CALL, HEADERS | {"Mcp-Method": "tools/list"}, -32020),
    "no name in the headers": (CALL, without(HEADERS, "Mcp-Name"), -32020),
    "another name in the headers": (CALL, HEADERS | {"Mcp-Name": "explain"}, -32020),
    "a name in damaged base64": (CALL, HEADERS | {"Mcp-Name": "=?base64?***?="}, -32020),
    "no capabilities": (NO_CAPABILITIES, HEADERS, -32602),
    "no data of the protocol": (NO_META, HEADERS, -32602),
}


@pytest.mark.parametrize("name", MISMATCHES)
def test_headers_and_message_must_say_the_same(name: str, toys: TestClient) -> None:
    request, headers, code = MISMATCHES[name]
    answer = toys.post("/mcp", json=request, headers=headers)
    legacy = headers.get("MCP-Protocol-Version") == LEGACY
    assert (answer.status_code, code_of(answer)) == (200 if legacy else 400, code)
    assert answer.json()["id"] == 7


def test_an_unsupported_revision_is_told_which_ones_work(toys: TestClient) -> None:
    answer = toys.post("/mcp", json=CALL, headers=HEADERS | {"MCP-Protocol-Version": "1900-01-01"}).json()
    assert answer["error"]["data"] == {"supported": [MODERN, LEGACY, "2025-06-18"], "requested": "1900-01-01"}
    for asked, agreed in (("2025-06-18", "2025-06-18"), (LEGACY, LEGACY), ("2024-11-05", LEGACY), (7, LEGACY)):
        hello = message("initialize", {"protocolVersion": asked, "capabilities": {}}, LEGACY)
        result = toys.post("/mcp", json=hello).json()["result"]
        assert result["protocolVersion"] == agreed
        assert result["serverInfo"]["name"] == "witryna"


def test_a_name_in_base64_is_the_name(toys: TestClient) -> None:
    encoded = f"=?base64?{base64.b64encode(b'predict').decode()}?="
    answer = toys.post("/mcp", json=CALL, headers=HEADERS | {"Mcp-Name": encoded})
    assert answer.json()["result"]["isError"] is False


@pytest.mark.parametrize(
    ("method", "revision", "status"),
    [("resources/list", MODERN, 404), ("initialize", MODERN, 404), ("ping", MODERN, 404), ("x" * 999, LEGACY, 200)],
)
def test_a_method_that_is_not_there_is_named_as_such(method: str, revision: str, status: int, toys: TestClient) -> None:
    request = message(method, None, revision)
    headers = headers_of(request, revision)
    answer = toys.post("/mcp", json=request, headers=headers)
    assert (answer.status_code, code_of(answer)) == (status, -32601)
    assert len(answer.json()["error"]["message"]) < 100


def test_a_notification_gets_202_and_no_body(toys: TestClient) -> None:
    for revision in (MODERN, LEGACY):
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        answer = toys.post("/mcp", json=note, headers={"MCP-Protocol-Version": revision})
        assert (answer.status_code, answer.content) == (202, b"")
    unknown = toys.post("/mcp", json=note, headers={"MCP-Protocol-Version": "1900-01-01"})
    assert (unknown.status_code, code_of(unknown)) == (400, -32022)


def test_there_is_no_stream_and_no_session(toys: TestClient) -> None:
    for method in ("GET", "DELETE", "PUT", "HEAD"):
        answer = toys.request(method, "/mcp", headers={"Mcp-Session-Id": "1", "Last-Event-ID": "1"})
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "mcp-session-id" not in send(toys, CALL, Mcp_Session_Id="1").headers


def test_a_page_of_another_origin_is_refused_before_its_message_is_read() -> None:
    settings = Settings(cors_origins="https://app.example.com")
    app = TestClient(create_app(settings, Registry.of([FLAT])), base_url="http://localhost:8000")
    for origin in ("http://evil.example", "null", "http://localhost:3000", "https://app.example.com.evil.example", ""):
        check_problem(send(app, CALL, Origin=origin), 403, "forbidden")
    for origin in ("https://app.example.com", "http://localhost:8000"):
        assert send(app, CALL, Origin=origin).status_code == 200
    rebound = send(app, CALL, Origin="http://evil.example", Host="evil.example")
    check_problem(rebound, 403, "forbidden")


def test_a_header_of_the_protocol_that_comes_twice_is_refused(toys: TestClient) -> None:
    twice = [*HEADERS.items(), ("Mcp-Name", "explain")]
    answer = toys.post("/mcp", json=CALL, headers=[(name.encode(), value.encode()) for name, value in twice])
    check_problem(answer, 400, "invalid_request")


def test_a_huge_message_is_refused_by_the_limit_of_all_bodies() -> None:
    app = TestClient(create_app(Settings(max_body_bytes=10_000), Registry.of([FLAT])), base_url="http://localhost")
    arguments = {"model": "flat-price", "rows": [FLAT_ROW] * 200}
    check_problem(send(app, message("tools/call", {"name": "predict", "arguments": arguments})), 413, "too_large")
    check_problem(app.post("/mcp", content=b"{}", headers=HEADERS | {"Content-Type": "text/plain"}), 415, "unsupported_type")


def test_an_unknown_tool_and_arguments_that_are_no_object_are_errors_of_the_protocol(toys: TestClient) -> None:
    for params in ({"name": "delete_model"}, {"name": "predict", "arguments": []}, {"name": "predict", "arguments": None}):
        answer = send(toys, message("tools/call", params))
        assert (answer.status_code, code_of(answer)) == (400, -32602)
    assert "list_models" in send(toys, message("tools/call", {"name": "delete_model"})).json()["error"]["message"]
    assert code_of(send(toys, message("tools/list", {"cursor": "2"}))) == -32602


WRONG_CALLS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "no model": ("predict", {"rows": [FLAT_ROW]}, "invalid_input", "/model: Name a model."),
    "a model that is a number": ("predict", PREDICT | {"model": 3}, "invalid_input", "/model: Expected a text."),
    "an unknown model": ("predict", PREDICT | {"model": "flat"}, "unknown_model", "list_models has the names."),
    "an unknown version": ("predict", PREDICT | {"version": "9"}, "unknown_version", "Leave `version` out"),
    "no rows": ("predict", {"model": "flat-price"}, "invalid_input", "/rows: This field is missing."),
    "an unknown argument": ("predict", PREDICT | {"note": ""}, "invalid_input", "/note: "),
    "an argument of list_models": ("list_models", {"all": True}, "invalid_input", "/all: "),
    "a missing field": ("explain", PREDICT | {"rows": [{}]}, "invalid_input", "/rows/0/area: This field is missing."),
    "a value out of range": ("predict", PREDICT | {"rows": [FLAT_ROW | {"area": 1}]}, "invalid_input", "/rows/0/area: "),
    "no goal": ("recommend", {"model": "flat-price", "row": FLAT_ROW}, "invalid_input", "/goal: This field is missing."),
    "a goal of another kind": (
        "recommend",
        {"model": "flat-price", "row": FLAT_ROW, "goal": {"probability": {"label": "x", "min": 0.5}}},
        "invalid_input",
        "wrong_goal",
    ),
    "a bad version of a description": (
        "describe_model",
        {"model": "flat-price", "version": "9"},
        "unknown_version",
        "Served",
    ),
}


@pytest.mark.parametrize("revision", [MODERN, LEGACY])
@pytest.mark.parametrize("name", WRONG_CALLS)
def test_an_error_of_the_service_is_a_result_that_says_what_to_do(name: str, revision: str, toys: TestClient) -> None:
    tool, arguments, code, words = WRONG_CALLS[name]
    result = call(toys, tool, arguments, revision)
    assert result["isError"] is True
    assert result["structuredContent"]["code"] == code
    assert result["structuredContent"]["request_id"]
    assert words in result["content"][0]["text"]


def test_an_error_names_the_places_of_the_api_and_at_most_twenty_in_words(toys: TestClient) -> None:
    rows = [FLAT_ROW | {"area": 1}] * 50
    result = call(toys, "predict", {"model": "flat-price", "rows": rows})
    problem = toys.post("/v1/models/flat-price/predictions", json={"rows": rows}).json()
    assert result["structuredContent"]["errors"] == problem["errors"]
    assert result["content"][0]["text"].count("\n- ") == 21
    assert "and 30 more" in result["content"][0]["text"]


def test_a_name_that_comes_twice_in_a_row_is_named(toys: TestClient) -> None:
    body = json.dumps(CALL).replace('"floor": 3', '"floor": 3, "floor": 4').encode()
    answer = toys.post("/mcp", content=body, headers=HEADERS | {"Content-Type": "application/json"}).json()
    (place,) = answer["result"]["structuredContent"]["errors"]
    assert (place["pointer"], place["code"]) == ("/rows/0/floor", "duplicate_field")


def test_under_load_a_call_says_when_to_try_again_and_the_list_of_tools_still_answers() -> None:
    app = create_app(Settings(max_in_flight=1), Registry.of([FLAT]))
    with app.services.requests:
        client = TestClient(app, base_url="http://localhost")
        result = call(client, "predict", PREDICT)
        assert send(client, message("tools/list")).status_code == 200
    assert (result["isError"], result["structuredContent"]["code"]) == (True, "overloaded")
    assert "Try again after 1 s." in result["content"][0]["text"]
    assert call(client, "predict", PREDICT)["isError"] is False


def test_a_failure_of_a_model_is_logged_and_only_its_request_id_is_told(
    toys: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_columns: Any) -> Any:
        raise ValueError("secret of a person")

    monkeypatch.setattr(FLAT.scorer, "score", fail)
    result = call(toys, "predict", PREDICT)
    assert result["structuredContent"]["code"] == "model_failed"
    assert "secret" not in json.dumps(result)
    assert result["structuredContent"]["request_id"] in caplog.text


def test_messages_at_the_same_time_do_not_mix(toys: TestClient) -> None:
    async def run() -> list[Any]:
        return await asyncio.gather(*(asyncio.to_thread(one, floor) for floor in range(8)))

    def one(floor: int) -> Any:
        rows = [FLAT_ROW | {"floor": floor, "lift": True}]
        return call(toys, "predict", {"model": "flat-price", "rows": rows})["structuredContent"]["predictions"]

    values = [each[0]["value"] for each in asyncio.run(run())]
    assert [round(after - before, 9) for before, after in pairwise(values)] == [6.0] * 7
