"""Folders of a model for other systems, opened by programs that others wrote."""

import json
import shutil
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from service.bundles.model import Model
from service.exports.model_folders.triton_export import triton_repository_of
from service.exports.refusals import NotExportable
from service.schemas import Classification
from tests.support.clean_environment import make_environment

GRAPHS = ["credit-default", "credit-scorecard", "diamond-price"]
ROWS = 1000
READ_CONFIGURATION = """
import json, sys
from google.protobuf import json_format, text_format
from tritonclient.grpc.model_config_pb2 import ModelConfig

print(json.dumps(json_format.MessageToDict(text_format.Parse(open(sys.argv[1]).read(), ModelConfig()))))
"""


def unpacked(form: AbstractContextManager[Path], folder: Path) -> Path:
    with form as archive:
        shutil.unpack_archive(archive, folder)
        return folder / archive.stem


@pytest.mark.parametrize("name", GRAPHS)
def test_the_graph_in_the_repository_gives_the_answer_beside_its_request(
    name: str, models: dict[str, Model], bundles: Path, tmp_path: Path
) -> None:
    folder = unpacked(triton_repository_of(models[name], bundles / name), tmp_path)
    (sent,) = json.loads((folder / "request.json").read_text())["inputs"]
    (expected,) = json.loads((folder / "answer.json").read_text())["outputs"]
    session = onnxruntime.InferenceSession(folder / "models" / name / "1" / "model.onnx")
    (output,) = session.run([expected["name"]], {sent["name"]: np.array(sent["data"]).reshape(sent["shape"])})
    assert list(output.shape) == expected["shape"]
    assert np.abs(output.ravel() - expected["data"]).max() <= 1e-9


def test_a_row_that_is_encoded_by_fields_json_has_the_numbers_of_the_service(
    models: dict[str, Model], bundles: Path, tmp_path: Path
) -> None:
    model = models["diamond-price"]
    folder = unpacked(triton_repository_of(model, bundles / "diamond-price"), tmp_path)
    fields = json.loads((folder / "fields.json").read_text())["input"]
    for row in model.card.real_rows[:20]:
        numbers = [
            field["numbers"][json.dumps(row[field["name"]])] if "numbers" in field else row[field["name"]]
            for field in fields
        ]
        assert numbers == model.checks.columns([row]).numbers[0].tolist()


def test_triton_reads_the_configuration(models: dict[str, Model], bundles: Path, tmp_path: Path) -> None:
    python = make_environment(tmp_path / "environment", ["tritonclient[grpc]>=2.50"])
    name = "credit-default"
    output = models[name].card.output
    assert isinstance(output, Classification)
    folder = unpacked(triton_repository_of(models[name], bundles / name), tmp_path)
    command: list[str | Path] = [python, "-I", "-c", READ_CONFIGURATION, folder / "models" / name / "config.pbtxt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    configuration = json.loads(done.stdout)
    assert (configuration["name"], configuration["backend"]) == (name, "onnxruntime")
    assert configuration["input"] == [
        {"name": "fields", "dataType": "TYPE_FP64", "dims": ["-1", str(len(models[name].card.inputs))]}
    ]
    assert configuration["output"] == [{"name": "scores", "dataType": "TYPE_FP64", "dims": ["-1", str(len(output.labels))]}]


def test_a_model_of_counted_words_is_no_repository_of_triton(models: dict[str, Model], bundles: Path) -> None:
    form = triton_repository_of(models["comment-sentiment"], bundles / "comment-sentiment")
    with pytest.raises(NotExportable, match="counts of words"), form:
        raise AssertionError("a repository")
