"""The command line of a package: predict, explain, card, examples, check."""

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from service.exports.wheel.packaged_model import PackagedModel, Refused
from service.rows.strict_json import encode
from wire.languages import DEFAULT, LANGUAGES

_MAX_DIFFERENCE = 1e-9
_REFUSED, _DIFFERENT = 2, 1


def run_command(name: str, open_package: Callable[[], PackagedModel], examples: Path, arguments: list[str] | None) -> int:
    """Run the command of a package. `examples` has rows, and the answers of the service to them.

    Return 0; 1 if an answer differs from the recorded one; 2 if the rows are refused.
    """
    options = _parser(name).parse_args(arguments)
    model = open_package()
    try:
        if options.command == "card":
            _print(model.card)
        elif options.command == "examples":
            sys.stdout.write(examples.read_text(encoding="utf-8"))
        elif options.command == "check":
            return _check(model, examples)
        else:
            answer = model.predict if options.command == "predict" else model.explain
            _print(answer(options.file.read(), options.language))
    except Refused as error:
        sys.stderr.buffer.write(encode(error.problem) + b"\n")
        return _REFUSED
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description="Answers of a model, as its service gives them.")
    commands = parser.add_subparsers(dest="command", required=True)
    for command, text in (("predict", "one prediction for each row"), ("explain", "why: what each field adds")):
        asking = commands.add_parser(command, help=text)
        asking.add_argument(
            "file",
            nargs="?",
            type=argparse.FileType("rb"),
            default=sys.stdin.buffer,
            help='{"rows": [{…}]}; default: standard input',
        )
        asking.add_argument("--language", choices=LANGUAGES, default=DEFAULT)
    commands.add_parser("card", help="what the model is, takes and answers")
    commands.add_parser("examples", help="rows, and the answers of the service to them")
    commands.add_parser("check", help="compare with the answers of the service to these rows")
    return parser


def _print(answer: msgspec.Struct) -> None:
    sys.stdout.buffer.write(encode(answer) + b"\n")


def _check(model: PackagedModel, examples: Path) -> int:
    recorded = msgspec.json.decode(examples.read_bytes())
    rows = recorded["rows"]
    answer = msgspec.to_builtins(model.predict(encode({"rows": rows}), DEFAULT))
    difference = max(_differences(answer["predictions"], recorded["predictions"]), default=0.0)
    sys.stdout.write(f"{len(rows):,} rows, largest difference {difference:.3g}\n")
    return 0 if difference <= _MAX_DIFFERENCE else _DIFFERENT


def _differences(mine: Any, recorded: Any) -> Iterator[float]:
    """Yield the difference of each number, relative to numbers above 1; infinity where anything else differs."""
    if isinstance(mine, float) and isinstance(recorded, float | int):
        yield abs(mine - recorded) / max(1.0, abs(recorded))
    elif isinstance(mine, dict) and isinstance(recorded, dict) and mine.keys() == recorded.keys():
        for name, value in mine.items():
            yield from _differences(value, recorded[name])
    elif isinstance(mine, list) and isinstance(recorded, list) and len(mine) == len(recorded):
        for one, other in zip(mine, recorded, strict=True):
            yield from _differences(one, other)
    elif mine != recorded:
        yield math.inf
