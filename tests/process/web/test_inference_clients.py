"""Promises of /v2 to clients that others wrote: tritonclient, and MLServer's types and codecs, get the answers of /v1."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from client import Client
from service.bundles.model import Model
from service.publishing.plain_rows import plain_rows
from service.training.recipes import RECIPES
from tests.support.bundled_models import WITHOUT_ARRAYS
from tests.support.clean_environment import make_environment
from tests.support.inference_requests import columns_of_predictions
from tests.support.server_process import Program

ROWS = 1000
ASK_TRITON = """
import json, sys
import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

asked = json.load(sys.stdin)
client = triton.InferenceServerClient(asked["address"])
assert client.is_server_live() and client.is_server_ready()
assert "binary_tensor_data" in client.get_server_metadata()["extensions"]

def tensors(metadata, rows, binary):
    for tensor in metadata["inputs"]:
        kind = {"FP64": np.float64, "INT64": np.int64, "BOOL": np.bool_, "BYTES": np.object_}[tensor["datatype"]]
        array = np.array([row[tensor["name"]] for row in rows], dtype=kind).reshape(-1, 1)
        made = triton.InferInput(tensor["name"], list(array.shape), tensor["datatype"])
        yield made.set_data_from_numpy(array, binary_data=binary)

def columns(metadata, inputs, outputs=None, version=""):
    answer = client.infer(metadata["name"], list(inputs), model_version=version, outputs=outputs, request_id="7")
    assert answer.get_response()["id"] == "7"
    found = {tensor["name"]: answer.as_numpy(tensor["name"]) for tensor in metadata["outputs"]}
    decode = lambda value: value.decode() if isinstance(value, bytes) else value
    return {name: list(map(decode, array.tolist())) for name, array in found.items()}

answers = {}
for name, rows in asked["rows"].items():
    assert client.is_model_ready(name)
    metadata = client.get_model_metadata(name)
    version = metadata["versions"][0]
    in_json = [triton.InferRequestedOutput(each["name"], binary_data=False) for each in metadata["outputs"]]
    answers[name] = [
        columns(metadata, tensors(metadata, rows, True)),
        columns(metadata, tensors(metadata, rows, False), version=version),
        columns(metadata, tensors(metadata, rows, True), outputs=in_json),
    ]
try:
    client.infer("diamond-price", list(tensors(client.get_model_metadata("diamond-price"), [asked["bad"]], True)))
except InferenceServerException as error:
    answers["error"] = [error.status(), error.message()]
print(json.dumps(answers))
"""
ASK_WITH_MLSERVER = """
import json, sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen
import pandas as pd
from mlserver.codecs import PandasCodec
from mlserver.types import (
    InferenceErrorResponse, InferenceResponse, MetadataModelResponse, MetadataServerResponse
)

asked = json.load(sys.stdin)

def ask(path, request=None):
    body = None if request is None else request.model_dump_json().encode()
    with urlopen(Request("http://" + asked["address"] + path, body, {"Content-Type": "application/json"})) as answer:
        return answer.read()

def frame(rows):
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(table.columns[table.dtypes == "str"], object))  # MLServer 1.7 has no str of pandas 3

MetadataServerResponse.model_validate_json(ask("/v2"))
answers = {}
for name, rows in asked["rows"].items():
    metadata = MetadataModelResponse.model_validate_json(ask(f"/v2/models/{name}"))
    request = PandasCodec.encode_request(frame(rows)[[tensor.name for tensor in metadata.inputs]])
    answer = InferenceResponse.model_validate_json(ask(f"/v2/models/{name}/infer", request))
    answers[name] = [{tensor.name: list(tensor.data) for tensor in answer.outputs}]
try:
    ask("/v2/models/diamond-price/infer", PandasCodec.encode_request(frame([asked["bad"]])))
except HTTPError as error:
    answers["error"] = [str(error.code), InferenceErrorResponse.model_validate_json(error.read()).error]
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with both clients."""
    return make_environment(
        tmp_path_factory.mktemp("clients") / "environment", ["tritonclient[http]>=2.50", "mlserver>=1.6"]
    )


@pytest.mark.parametrize("script", [ASK_TRITON, ASK_WITH_MLSERVER], ids=["tritonclient", "mlserver"])
def test_a_client_of_others_has_the_answers_of_v1(
    script: str, python: Path, bundled_service: Program, models: dict[str, Model]
) -> None:
    rows = {name: plain_rows(models[name].card, RECIPES[name].split().test.fields[:ROWS]) for name in WITHOUT_ARRAYS}
    bad = rows["diamond-price"][0] | {"cut": "Superb"}
    asked = {"address": bundled_service.url.removeprefix("http://"), "rows": rows, "bad": bad}
    done = subprocess.run([python, "-I", "-c", script], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    status, message = answers.pop("error")
    assert status == "422"
    assert "cut: " in message
    client = Client(bundled_service.url)
    for name, ways in answers.items():
        expected = columns_of_predictions(client.predict(name, rows[name])["predictions"])
        for columns in ways:
            assert len(columns.pop("warnings")) == len(rows[name])
            assert columns == expected, name
