"""Promises of /mcp to assistants: the client of the protocol's authors gets the answers of /v1, in every revision."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import jsonschema_rs
import pytest
from mcp import types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.schemas import Classification
from service.settings import Settings
from service.web.app import create_app
from service.web.middleware.http_entry import HttpEntry
from tests.support.documentation import read

KEY = "an-assistant-reads"
QUESTIONS = {"predict": "predictions", "explain": "explanations", "recommend": "recommendations"}


@pytest.fixture(scope="module")
def app(models: dict[str, Model]) -> HttpEntry:
    return create_app(Settings(api_keys=f"{KEY}:read,{KEY}-2:feedback"), Registry.of(models.values()))


def documented_connection() -> dict[str, Any]:
    """Return the address and headers that the page for assistants gives, with our key."""
    block = re.search(r"```json\n(\{\n  \"mcpServers\".*?)```", read("docs/assistants.md"), re.DOTALL)
    assert block is not None
    (server,) = json.loads(block[1])["mcpServers"].values()
    headers = {name: value.replace("your-key", KEY) for name, value in server["headers"].items()}
    return {"url": server["url"], "headers": headers}


def ask(app: HttpEntry, work: Callable[[Client], Awaitable[Any]], mode: str = "auto", **headers: str) -> Any:
    """Connect as the docs say, and return what `work` returns."""
    connection = documented_connection()

    async def run() -> Any:
        transport = httpx2.ASGITransport(app)
        async with (
            httpx2.AsyncClient(transport=transport, headers=connection["headers"] | headers) as http,
            Client(streamable_http_client(connection["url"], http_client=http), mode=mode) as client,
        ):
            return await work(client)

    return asyncio.run(run())


def arguments_of(model: Model) -> dict[str, dict[str, Any]]:
    """Return arguments for each question to a model, from the rows of its card."""
    rows = [*model.card.real_rows[:2]]
    card = model.card
    goal: dict[str, Any] = {"value": {"max": 1000.0}}
    if card.output.bands:
        goal = {"decision": card.output.bands[0].value}
    elif isinstance(card.output, Classification):
        goal = {"probability": {"label": card.output.focus, "min": 0.9}}
    return {"predict": {"rows": rows}, "explain": {"rows": rows[:1]}, "recommend": {"row": rows[0], "goal": goal}}


@pytest.mark.parametrize(("mode", "revision"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_an_assistant_gets_the_answers_of_the_api_for_every_model(
    mode: str, revision: str, app: HttpEntry, models: dict[str, Model]
) -> None:
    async def ask_all(client: Client) -> dict[tuple[str, str], types.CallToolResult]:
        assert client.protocol_version == revision
        return {
            (name, tool): await client.call_tool(tool, {"model": name, **arguments})
            for name, model in models.items()
            for tool, arguments in arguments_of(model).items()
        }

    answers = ask(app, ask_all, mode)
    assert len(answers) == 3 * len(models)
    api = TestClient(app, base_url="http://localhost", headers={"Authorization": f"Bearer {KEY}"})
    for (name, tool), result in answers.items():
        assert not result.is_error
        expected = api.post(f"/v1/models/{name}/{QUESTIONS[tool]}", json=arguments_of(models[name])[tool]).json()
        assert result.structured_content == expected
        (content,) = result.content
        assert isinstance(content, types.TextContent)
        assert json.loads(content.text) == expected


def test_five_tools_serve_any_number_of_models_and_their_schemas_are_sound(app: HttpEntry, models: dict[str, Model]) -> None:
    async def list_tools(client: Client) -> list[types.Tool]:
        return (await client.list_tools()).tools

    tools = ask(app, list_tools)
    assert [tool.name for tool in tools] == ["list_models", "describe_model", "predict", "explain", "recommend"]
    assert tools == ask(create_app(Settings(), Registry.of([])), list_tools)
    assert tools == ask(app, list_tools, "legacy")
    for tool in tools:
        jsonschema_rs.meta.validate(tool.input_schema)
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
    checkers = {tool.name: jsonschema_rs.Draft202012Validator(tool.input_schema) for tool in tools}
    for name, model in models.items():
        for question, arguments in arguments_of(model).items():
            checkers[question].validate({"model": name, **arguments})


def test_a_description_has_schemas_that_take_the_rows_of_the_card_and_say_what_fields_mean(
    app: HttpEntry, models: dict[str, Model]
) -> None:
    async def describe(client: Client) -> dict[str, Any]:
        return {name: (await client.call_tool("describe_model", {"model": name})).structured_content for name in models}

    descriptions = ask(app, describe)
    for name, model in models.items():
        rows = jsonschema_rs.Draft202012Validator(descriptions[name]["row_schema"])
        goals = jsonschema_rs.Draft202012Validator(descriptions[name]["goal_schema"])
        for row in model.card.real_rows:
            rows.validate(row)
        goals.validate(arguments_of(model)["recommend"]["goal"])
        assert not rows.is_valid({})
        assert "real_rows" not in descriptions[name]["card"]
        assert descriptions[name]["card"]["version"] == model.card.version
    carat = descriptions["diamond-price"]["row_schema"]["properties"]["carat"]
    assert carat == {
        "title": "Weight",
        "description": "One carat is 0.2 g. Unit: ct.",
        "type": "number",
        "minimum": 0.2,
        "maximum": 5.5,
    }


def test_the_texts_of_models_follow_the_language_of_the_caller(app: HttpEntry) -> None:
    async def titles(client: Client) -> list[str]:
        listed = (await client.call_tool("list_models", {})).structured_content
        assert isinstance(listed, dict)
        return [model["title"] for model in listed["items"]]

    assert "Diamond price" in ask(app, titles)
    assert "Cena diamentu" in ask(app, titles, **{"Accept-Language": "pl"})


def test_a_key_of_another_scope_reaches_no_tool(app: HttpEntry) -> None:
    async def nothing(client: Client) -> None:
        await client.list_tools()

    for key in (f"{KEY}-2", "unknown-key-of-20-letters"):
        with pytest.raises(BaseExceptionGroup):
            ask(app, nothing, Authorization=f"Bearer {key}")
