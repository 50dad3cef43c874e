"""Messages of the Model Context Protocol, as its specification writes them, for tests that send them by hand."""

from typing import Any

from starlette.testclient import TestClient

MODERN, LEGACY = "2026-07-28", "2025-11-25"
META = "io.modelcontextprotocol/"


def message(method: str, params: dict[str, Any] | None = None, revision: str = MODERN) -> dict[str, Any]:
    """Return a request; that of revision 2026-07-28 says in `_meta` what it is."""
    meta = {f"{META}protocolVersion": revision, f"{META}clientCapabilities": {}}
    return {
        "jsonrpc": "2.0",
        "id": 7,
        "method": method,
        "params": (params or {}) | ({"_meta": meta} if revision == MODERN else {}),
    }


def headers_of(request: dict[str, Any], revision: str = MODERN) -> dict[str, str]:
    """Return the headers that belong to a request."""
    headers = {"MCP-Protocol-Version": revision, "Accept": "application/json, text/event-stream"}
    if revision == MODERN:
        headers["Mcp-Method"] = request["method"]
        if "name" in request["params"]:
            headers["Mcp-Name"] = request["params"]["name"]
    return headers


def send(app: TestClient, request: dict[str, Any], revision: str = MODERN, **headers: str) -> Any:
    """Send a request with its headers, and others in addition."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.post("/mcp", json=request, headers=headers_of(request, revision) | more)


def call(app: TestClient, tool: str, arguments: dict[str, Any], revision: str = MODERN, **headers: str) -> dict[str, Any]:
    """Call a tool and return its result."""
    answer = send(app, message("tools/call", {"name": tool, "arguments": arguments}, revision), revision, **headers)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return result
