"""/v1/models/{model}/exports: the forms in which a model can be taken away, and their files."""

from fastapi import Response
from starlette.responses import FileResponse

from service.exports.forms import FORMS
from service.rows.strict_json import encode
from service.web.dependencies import AppServices, VersionModel


async def list_exports(model: VersionModel, services: AppServices) -> Response:
    return Response(encode(services.exports.list_forms(model)), media_type="application/json")


async def download(model: VersionModel, kind: str, services: AppServices) -> Response:
    made = await services.exports.get(model, kind)
    return FileResponse(
        made.path,
        headers={
            "X-Model-Version": model.card.version,
            "Content-Disposition": f'attachment; filename="{FORMS[kind].file_name(model.card)}"',
        },
        media_type=FORMS[kind].media_type,
    )
