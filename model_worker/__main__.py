"""`python -I -S -B model_worker/__main__.py PARENT`: serves one model to the process PARENT over its stdin, a socket.

The first message says what to open. Then each message of rows is answered with scores, until the stream ends.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import site
import sys
import traceback
from typing import Any, Callable

_MAX_NAMES = 5
_MAX_CHARACTERS = 100


def _find_package() -> None:
    """Make `model_worker` importable without its parent folder, whose other packages a model must not take for its own."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "model_worker", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None  # noqa: S101 - the file is beside this one
    assert spec.loader is not None  # noqa: S101
    package = importlib.util.module_from_spec(spec)
    sys.modules["model_worker"] = package
    spec.loader.exec_module(package)


def main() -> None:
    """Open the model that the first message names, and answer until the service ends."""
    from model_worker.isolation import end_with_parent, isolate
    from model_worker.messages import ROWS, read_message, write_all

    end_with_parent(int(sys.argv[1]))
    channel = _take_channel()
    first = read_message(channel)
    if first is None:
        return
    request = json.loads(bytes(first.content))
    missing = isolate(request["scratch"], request["max_memory_bytes"])
    site.main()  # makes the packages importable, and runs the code in their .pth files: -S has delayed it until now
    opened, answer = _open(request, missing)
    write_all(channel, answer)
    if opened is None:
        return
    gc.collect()
    gc.freeze()  # a fitted model may have millions of objects, which the collector would visit again and again
    while True:
        message = read_message(channel)
        if message is None or message.kind != ROWS:
            return
        write_all(channel, _score(opened, message))


def _take_channel() -> int:
    """Move the socket away from standard input, and standard output to the log: a model may print."""
    channel = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return channel


def _open(request: dict[str, Any], missing: list[str]) -> tuple[Callable[[Any, Any], Any] | None, bytes]:
    """Return a function from numbers and texts to scores, or None if the model cannot be opened, and the answer."""
    from model_worker.messages import FAILED, READY, encode_json
    from model_worker.model_file import CannotOpen

    try:
        model, build_frame, scores = _load(request)
    except CannotOpen as error:
        failure = {"code": error.code, "names": error.names[:_MAX_NAMES]}
    except ModuleNotFoundError as error:
        traceback.print_exc()
        failure = {"code": "missing_package", "names": [str(error.name).partition(".")[0]]}
    except BaseException as error:  # the code of the model may raise anything
        traceback.print_exc()
        failure = {"code": "raised", "names": [type(error).__name__]}
    else:
        versions = {name: _version(name) for name in ("numpy", "pandas", "sklearn") if name in sys.modules}
        python = ".".join(map(str, sys.version_info[:3]))
        ready = {"python": python, "versions": versions, "unlimited": missing}
        output = request["output"]
        if request["fields"] is None:
            return _score_frames(model, ready)
        return lambda numbers, texts: scores(model, build_frame(numbers, texts), output), encode_json(READY, ready)
    return None, encode_json(FAILED, {**failure, "names": [name[:_MAX_CHARACTERS] for name in failure["names"]]})


def _score_frames(model: Any, ready: dict[str, Any]) -> tuple[Callable[[Any, Any], Any], bytes]:
    """Return a function that scores plain columns, and the facts of the model: a card is drafted from both."""
    from model_worker.messages import READY, encode_json
    from model_worker.model_calls import scores
    from model_worker.model_facts import UnusableModel, model_facts
    from model_worker.plain_columns import frame_of

    try:
        ready = {**ready, "facts": model_facts(model)}
    except UnusableModel as error:
        ready = {**ready, "refusal": str(error)}
    return lambda _numbers, sent: scores(model, frame_of(sent["columns"]), sent["output"]), encode_json(READY, ready)


def _load(request: dict[str, Any]) -> tuple[Any, Any, Any]:
    from model_worker.frame import FrameBuilder
    from model_worker.model_calls import scores
    from model_worker.model_file import check_contents, open_model

    check_contents(request["sha256"])
    model = open_model(
        request["file"],
        request["form"],
        function=request["function"],
        trusted=request["trusted"],
        is_classifier=request["is_classifier"],
        scratch=request["scratch"],
    )
    return model, request["fields"] and FrameBuilder(request["fields"]), scores


def _version(module: str) -> str:
    return str(getattr(sys.modules[module], "__version__", ""))[:_MAX_CHARACTERS]


def _score(opened: Callable[[Any, Any], Any], message: Any) -> bytes:
    """Return the answer to a message of rows."""
    import numpy as np

    from model_worker.messages import FAILED, FLOAT_BYTES, SCORES, encode, encode_json
    from model_worker.model_calls import WrongAnswer

    size = message.rows * message.columns * FLOAT_BYTES
    numbers = np.frombuffer(message.content, "<f8", message.rows * message.columns)
    texts = json.loads(bytes(message.content[size:])) if len(message.content) > size else {}
    try:
        scores = opened(numbers.reshape(message.rows, message.columns), texts)
        return encode(SCORES, scores.tobytes(), scores.shape[0], scores.shape[1])
    except WrongAnswer as error:
        return encode_json(FAILED, {"code": "wrong_answer", "names": [str(error)]})
    except BaseException as error:  # the code of the model may raise anything
        traceback.print_exc()
        return encode_json(FAILED, {"code": "raised", "names": [type(error).__name__[:_MAX_CHARACTERS]]})


if __name__ == "__main__":
    if "model_worker" not in sys.modules:
        _find_package()
    main()
