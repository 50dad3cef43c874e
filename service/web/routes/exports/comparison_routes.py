"""POST /v1/models/{model}/comparisons: one row through a model in every way."""

from functools import partial

import msgspec

from service.bundles.model import Model
from service.comparisons.service_ways import answer_stored
from service.comparisons.ways import RowQuestion
from service.rows.strict_json import decode, encode
from service.schemas import ComparisonRequest
from service.web.body_reader import Headers
from service.web.container import Services
from service.web.route import Answer

_DECODER = msgspec.json.Decoder(ComparisonRequest)


async def compare(services: Services, model: Model, _headers: Headers, body: bytes) -> Answer:
    """Ask the row in each way, one after another."""
    request = decode(body, _DECODER)
    model = services.in_version(model, request.version)
    in_thread = partial(services.threads.run, model.card.name)
    look_up = partial(services.store_calls.run, answer_stored, model, services.store, request.entity)
    question = RowQuestion(model, request.row, in_thread, services.exports, None if request.entity is None else look_up)
    return Answer(encode(await question.ask(request.ways, services.settings.export_seconds)), model.card.version)
