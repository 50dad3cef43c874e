"""Promises of hot publishing: one answer is made by one version, whenever another one takes its place."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from service.bundles.model import Model
from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.registry import Registry, Served
from service.rows.checks import Checks
from service.rows.quick_reader import QuickReader
from service.schemas import Entity
from service.settings import Settings
from service.web.app import create_app
from tests.support.asgi_calls import Call, turns
from tests.support.formula_models import FLAT, FLAT_ROW, FormulaScorer, flat_price

PATH = "/v1/models/flat-price/"
CSV = b"area,rooms,state,lift,floor\n37.5,2,poor,false,3\n"
QUICK = {"rows": [FLAT_ROW]}
KEYED = {"rows": [FLAT_ROW | {"flat": "17"}]}
REQUESTS: dict[str, tuple[str, Any, dict[str, str]]] = {
    "quick reader": ("predictions", QUICK, {}),
    "many rows": ("predictions", {"rows": [FLAT_ROW] * 50}, {}),
    "careful reader": ("predictions", {"rows": [{**FLAT_ROW, "area": 37}, {**FLAT_ROW, "rooms": None}]}, {}),
    "by key": ("predictions", KEYED, {}),
    "as CSV": ("predictions", QUICK, {"accept": "text/csv"}),
    "by key as CSV": ("predictions", KEYED, {"accept": "text/csv"}),
    "file": ("predictions", CSV, {"content-type": "text/csv"}),
    "file as JSON": ("predictions", CSV, {"content-type": "text/csv", "accept": "application/json"}),
    "explanations": ("explanations", QUICK, {}),
    "curves": ("curves", {"row": FLAT_ROW, "fields": ["area"], "points": 3}, {}),
    "recommendations": ("recommendations", {"row": FLAT_ROW, "goal": {"value": {"min": 100}}}, {}),
}


def flat_model(version: str, *, backwards: bool = False) -> Model:
    """A version of the flat's price. One with the fields in another order makes nonsense of a matrix of the other."""
    inputs = FLAT.card.inputs[::-1] if backwards else FLAT.card.inputs
    card = msgspec.structs.replace(FLAT.card, inputs=inputs, version=version, entity=Entity(key="flat"))
    checks = Checks(card)
    scorer = FormulaScorer(lambda matrix: flat_price(matrix[:, ::-1]) + 1000 if backwards else flat_price(matrix))
    return replace(
        FLAT,
        card=card,
        checks=checks,
        quick_reader=QuickReader(card, checks),
        scorer=scorer,
        builder=create_prediction_builder(card),
    )


def body_of(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


async def answer_of(registry: Registry, request: str, publish: Model | None = None) -> Call:
    """Return an answer. `publish` takes the place of the served version when the request has begun and its body has not ended."""
    path, content, headers = REQUESTS[request]
    body = body_of(content)
    call = Call(create_app(Settings(), registry), "POST", PATH + path, {"content-type": "application/json"} | headers)
    call.send(body[:10])
    await turns()
    if publish is not None:
        registry.replace(Served({publish.card.name: {each.card.version: each for each in (publish, *registry.models())}}))
    return await call.end(body[10:]).answered()


@pytest.mark.parametrize("request_name", REQUESTS)
def test_a_version_that_is_published_while_a_request_is_on_its_way_has_no_part_in_the_answer(request_name: str) -> None:
    async def run() -> tuple[Call, Call, Call]:
        before, after = flat_model("before"), flat_model("after", backwards=True)
        registry = Registry.of([before])
        swapped = await answer_of(registry, request_name, publish=after)
        return swapped, await answer_of(Registry.of([before]), request_name), await answer_of(registry, request_name)

    swapped, alone, next_one = asyncio.run(run())
    assert (swapped.status, swapped.headers["x-model-version"]) == (200, "before")
    assert swapped.body == alone.body
    assert next_one.headers["x-model-version"] == "after"
    assert next_one.body != alone.body


@pytest.mark.parametrize("request_name", [name for name, (_, content, _) in REQUESTS.items() if isinstance(content, dict)])
def test_the_header_names_the_version_that_a_body_asked_for(request_name: str) -> None:
    path, content, headers = REQUESTS[request_name]

    async def run() -> Call:
        app = create_app(Settings(), Registry.of([flat_model("newest"), flat_model("older", backwards=True)]))
        body = body_of({**content, "version": "older"})
        return await Call(app, "POST", PATH + path, {"content-type": "application/json"} | headers).end(body).answered()

    call = asyncio.run(run())
    assert (call.status, call.headers["x-model-version"]) == (200, "older")
    if call.headers["content-type"] == "application/json":
        assert call.json()["version"] == "older"


def test_the_header_names_the_version_that_a_files_address_asked_for() -> None:
    async def run() -> Call:
        app = create_app(Settings(), Registry.of([flat_model("newest"), flat_model("older", backwards=True)]))
        headers = {"content-type": "text/csv"}
        return await Call(app, "POST", PATH + "predictions", headers, query=b"version=older").end(CSV).answered()

    assert asyncio.run(run()).headers["x-model-version"] == "older"
