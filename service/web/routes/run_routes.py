"""GET /v1/runs: the history of nightly jobs."""

import re
from typing import cast, get_args

from fastapi import Response

from service import actions
from service.errors import InvalidRequest
from service.rows.strict_json import encode
from service.schemas import RunKind
from service.web.dependencies import AppServices

NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
KINDS = get_args(RunKind)


async def runs(
    services: AppServices, model: str | None = None, after: str | None = None, kind: str | None = None
) -> Response:
    if model is not None and not NAME.fullmatch(model):
        raise InvalidRequest("`model` is the name of a model.")
    if after is not None and not NAME.fullmatch(after):
        raise InvalidRequest("`after` is `next` of a page.")
    if kind is not None and kind not in KINDS:
        raise InvalidRequest("`kind` is predictions or features.")
    run_kind = cast("RunKind | None", kind)
    answer = await services.store_calls.run(actions.list_runs, services.store, model, after, run_kind)
    return Response(encode(answer), media_type="application/json")
