"""A typed client can be generated from /openapi.json by a generator that others wrote, and its answers are those of the API."""

import json
import os
import subprocess
from pathlib import Path

from client import Client
from service.bundles.model import Model
from tests.support.clean_environment import make_environment
from tests.support.inference_requests import json_request
from tests.support.server_process import Program

ASK = """
import json, sys
from generated import Client
from generated.api.inference_protocol import infer_diamond_price
from generated.api.models import explain_credit_default, predict_diamond_price
from generated.models import ExplainCreditDefaultBody, InferDiamondPriceBody, PredictDiamondPriceBody, Problem

asked = json.load(sys.stdin)
client = Client(asked["url"])
body = PredictDiamondPriceBody.from_dict({"rows": asked["diamonds"]})
answer = predict_diamond_price.sync(client=client, body=body)
body.rows[0].carat = 99.0
refusal = predict_diamond_price.sync(client=client, body=body)
assert isinstance(refusal, Problem)
tensors = infer_diamond_price.sync(client=client, body=InferDiamondPriceBody.from_dict(asked["tensors"]))
why = explain_credit_default.sync(client=client, body=ExplainCreditDefaultBody.from_dict({"rows": asked["clients"]}))
print(json.dumps({
    "values": [each.value for each in answer.predictions],
    "refused": [[each.pointer, each.code] for each in refusal.errors],
    "tensor": tensors.outputs[0].data,
    "bases": [each.base for each in why.explanations],
}))
"""


def test_a_generated_client_has_the_answers_of_ours(
    bundled_service: Program, models: dict[str, Model], tmp_path: Path
) -> None:
    python = make_environment(tmp_path / "environment", ["openapi-python-client>=0.26"])
    url = f"{bundled_service.url}/openapi.json"
    options = ["--url", url, "--meta", "none", "--output-path", str(tmp_path / "generated")]
    search_path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # it formats what it has written with its own ruff
    made = subprocess.run(
        [python.parent / "openapi-python-client", "generate", *options],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": search_path},
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert {line for line in made.stderr.splitlines() if line.startswith("WARNING")} == {
        "WARNING parsing POST /v1/models within models. Endpoint will not be generated.",  # it knows no zip archives
        "WARNING parsing POST /v1/pictures within models. Endpoint will not be generated.",  # nor pictures
        "WARNING parsing GET /v1/audience/logo within audience.",
        *(
            f"WARNING parsing GET /v1/models/{name}/entities/{{id}}/picture within models."
            for name, model in models.items()
            if model.card.entity
        ),
    }
    client = Client(bundled_service.url)
    diamonds, clients = ([*models[name].card.real_rows[:20]] for name in ("diamond-price", "credit-default"))
    tensors = json_request(client.card("diamond-price"), diamonds)
    asked = {"url": bundled_service.url, "diamonds": diamonds, "clients": clients[:2], "tensors": tensors}
    done = subprocess.run(
        [python, "-c", ASK], input=json.dumps(asked), capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    values = [each["value"] for each in client.predict("diamond-price", diamonds)["predictions"]]
    assert answers["values"] == answers["tensor"] == values
    assert answers["refused"] == [["/rows/0/carat", "out_of_range"]]
    assert answers["bases"] == [each["base"] for each in client.explain("credit-default", clients[:2])["explanations"]]
