"""The tools of assistants: each reads its arguments and goes the way of the route that does the same."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.types import Scope

from service import actions
from service.bundles.model import Model
from service.errors import Fault, InvalidInput, ServiceError
from service.mcp.messages import INVALID_PARAMS, ProtocolError
from service.mcp.model_descriptions import ModelDescription, with_plain_texts, without_rows
from service.mcp.tool_results import answer_result, problem_result
from service.rows.strict_json import convert, encode, safe_text
from service.schemas import PredictionRequest, Shape
from service.web import problems
from service.web.container import Services
from service.web.openapi.request_schemas import goal_schema, request_row_schema
from service.web.routes import prediction_routes, question_routes
from service.web.routes.question_routes import Question
from wire.languages import Language

Arguments = dict[str, Any]
Tool = Callable[[Services, Arguments, Language], Awaitable[bytes]]
"""Reads the arguments of a tool, and returns the body of an answer of the API."""


class NoArguments(Shape, frozen=True):
    """The arguments of `list_models`."""


class VersionArguments(Shape, frozen=True):
    """The arguments of `describe_model` beside the name of the model."""

    version: str | None = None


async def call_tool(services: Services, params: dict[str, Any], language: Language, scope: Scope) -> dict[str, Any]:
    """Return the result of a tool; an error of the service is a result too. Raises ProtocolError if there is no such tool.

    A call takes a slot, as a request to another route does.
    """
    name, arguments = params.get("name"), params.get("arguments", {})
    tool = _TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise ProtocolError(INVALID_PARAMS, f"There is no tool {safe_text(str(name))}. The tools: {', '.join(_TOOLS)}.")
    if not isinstance(arguments, dict):
        raise ProtocolError(INVALID_PARAMS, "The arguments of a tool must be an object.")
    try:
        with services.requests:
            return answer_result(await tool(services, arguments, language))
    except ServiceError as error:
        problem = problems.problem_of(problems.logged(error, scope), scope)
        return problem_result(problem, error.headers)


def _model_of(services: Services, arguments: Arguments) -> tuple[Model, Arguments]:
    """Return the model that the arguments name, and the other arguments: the body of the route. Raises InvalidInput."""
    name = arguments.get("model")
    if not isinstance(name, str):
        code, message = ("wrong_type", "Expected a text.") if "model" in arguments else ("missing_field", "Name a model.")
        raise InvalidInput("The tool needs the name of a model.", faults=[Fault("model", code, message, path=())])
    return services.registry.get(name), {key: value for key, value in arguments.items() if key != "model"}


async def _list_models(services: Services, arguments: Arguments, language: Language) -> bytes:
    convert(arguments, NoArguments)
    return encode(with_plain_texts(actions.list_models(services.registry, language)))


async def _describe_model(services: Services, arguments: Arguments, language: Language) -> bytes:
    model, others = _model_of(services, arguments)
    model = services.in_version(model, convert(others, VersionArguments).version)
    card = with_plain_texts(without_rows(actions.describe(model, language)))
    return encode(ModelDescription(card=card, row_schema=request_row_schema(card), goal_schema=goal_schema(card)))


async def _predict(services: Services, arguments: Arguments, language: Language) -> bytes:
    model, body = _model_of(services, arguments)
    request = convert(body, PredictionRequest)
    model = services.in_version(model, request.version)
    answer = await prediction_routes.predict_rows(services, model, request.rows, request.version, language=language)
    return answer.body


def _question(question: Question) -> Tool:
    async def ask(services: Services, arguments: Arguments, language: Language) -> bytes:
        model, body = _model_of(services, arguments)
        answer = await question.answer(services, model, partial(convert, body, question.shape), language)
        return answer.body

    return ask


_TOOLS: dict[str, Tool] = {
    "list_models": _list_models,
    "describe_model": _describe_model,
    "predict": _predict,
    "explain": _question(question_routes.explain),
    "recommend": _question(question_routes.recommend),
}
