"""Rows as requests of the Open Inference Protocol, in JSON and as bytes, and its answers as columns; written from its texts.

https://github.com/kserve/open-inference-protocol and Triton's docs/protocol/extension_binary_data.md
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

DATATYPES = {"number": "FP64", "integer": "FP64", "boolean": "BOOL", "vector": "FP64"}
FORMATS = {"FP64": "d", "FP32": "f", "FP16": "e", "INT64": "q", "INT8": "b", "UINT64": "Q", "UINT8": "B", "BOOL": "?"}
LENGTH = "Inference-Header-Content-Length"
Rows = Sequence[Mapping[str, Any]]


def datatype_of(field: Mapping[str, Any]) -> str:
    return DATATYPES.get(field["type"], "BYTES")


def json_request(card: Mapping[str, Any], rows: Rows, **others: Any) -> dict[str, Any]:
    """Return rows as tensors in JSON; null is a missing value."""
    inputs = [
        {
            "name": field["name"],
            "shape": [len(rows), *([field["length"]] if field["type"] == "vector" else [])],
            "datatype": datatype_of(field),
            "data": [row[field["name"]] for row in rows],
        }
        for field in card["inputs"]
    ]
    return {"inputs": inputs, **others}


def element(value: Any, datatype: str) -> bytes:
    """Return one element of a tensor as bytes; NaN or an empty text is a missing value."""
    if datatype == "BYTES":
        text = ("" if value is None else value).encode()
        return struct.pack("<I", len(text)) + text
    return struct.pack("<" + FORMATS[datatype], float("nan") if value is None else value)


def binary_request(card: Mapping[str, Any], rows: Rows, **others: Any) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of rows as bytes of tensors; a tensor of flags that are all missing is left out."""
    request = json_request(card, rows, **others)
    request["inputs"] = [
        tensor for tensor in request["inputs"] if tensor["datatype"] != "BOOL" or None not in tensor["data"]
    ]
    pieces = []
    for tensor in request["inputs"]:
        pieces.append(b"".join(element(value, tensor["datatype"]) for value in tensor.pop("data")))
        tensor["parameters"] = {"binary_data_size": len(pieces[-1])}
    return with_bytes(request, *pieces)


def with_bytes(request: Any, *pieces: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a request whose JSON is followed by bytes."""
    header = json.dumps(request).encode()
    headers = {"Content-Type": "application/octet-stream", LENGTH: str(len(header))}
    return b"".join([header, *pieces]), headers


def columns_of(answer: Any) -> dict[str, list[Any]]:
    """Return output → its elements, from JSON or from bytes behind it."""
    size = int(answer.headers.get(LENGTH, len(answer.content)))
    rest = answer.content[size:]
    columns: dict[str, list[Any]] = {}
    for tensor in json.loads(answer.content[:size])["outputs"]:
        if "data" in tensor:
            columns[tensor["name"]] = tensor["data"]
        else:
            taken = tensor["parameters"]["binary_data_size"]
            columns[tensor["name"]] = elements(rest[:taken], tensor["datatype"])
            rest = rest[taken:]
        assert tensor["shape"] == [len(columns[tensor["name"]])]
    assert rest == b""
    return columns


def elements(data: bytes, datatype: str) -> list[Any]:
    if datatype != "BYTES":
        return [value for (value,) in struct.iter_unpack("<" + FORMATS[datatype], data)]
    texts = []
    while data:
        (length,) = struct.unpack_from("<I", data)
        texts.append(data[4 : 4 + length].decode())
        data = data[4 + length :]
    return texts


def columns_of_predictions(predictions: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the predictions of `/v1` as the columns that the protocol names, without the warnings."""
    columns: dict[str, list[Any]] = {}
    for each in predictions:
        numbers = {"probability_" + label: number for label, number in each.get("probabilities", {}).items()}
        interval = each.get("interval") or {}
        flat = {name: each[name] for name in ("label", "decision", "value") if each.get(name) is not None}
        flat |= numbers | {name: interval[name] for name in ("low", "high") if name in interval}
        for name, value in flat.items():
            columns.setdefault(name, []).append(value)
    return columns
