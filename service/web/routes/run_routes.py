"""GET /v1/runs: the history of nightly jobs."""

import re
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Depends, Query, Response

from service import actions
from service.errors import Forbidden, InvalidRequest, StorageUnavailable, Unauthorized
from service.rows.strict_json import encode
from service.schemas import RunKind
from service.web import problems
from service.web.dependencies import Storage, reader

router = APIRouter(prefix="/v1/runs", tags=["runs"])
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_Name = Annotated[str | None, Query(json_schema_extra={"pattern": f"^{_NAME.pattern}$"})]
_Kind = Annotated[str | None, Query(json_schema_extra={"enum": get_args(RunKind)})]
_SHAPE = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/RunList"}}}}


@router.get(
    "",
    summary="The runs of nightly jobs, the newest first",
    dependencies=[Depends(reader)],
    responses={
        200: {"description": "A page; `next` is the `after` of the next one", **_SHAPE},
        **problems.documented(InvalidRequest, Unauthorized, Forbidden, StorageUnavailable),
    },
)
def runs(store: Storage, model: _Name = None, after: _Name = None, kind: _Kind = None) -> Response:
    for name, value in (("model", model), ("after", after)):
        if value is not None and not _NAME.fullmatch(value):
            raise InvalidRequest(f"`{name}` is the name of a model." if name == "model" else "`after` is `next` of a page.")
    if kind is not None and kind not in get_args(RunKind):
        raise InvalidRequest("`kind` is predictions or features.")
    return Response(
        encode(actions.list_runs(store, model, after, cast("RunKind | None", kind))), media_type="application/json"
    )
