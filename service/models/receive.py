"""`python -m service.models.receive`: publishes a folder that was sent to a running service, as `add` would.

The service starts it, with the archive as standard input, in two steps of one process. `unpack` also installs packages,
with the rights of the service; nothing of the model is opened. Then the process starts itself anew without the variables of
the service, takes its own rights away and opens the model: `publish`. Its bundle is in the scratch folder, from where the
service takes it.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from model_worker.isolation import end_with_parent, isolate
from service.errors import BrokenBundle, RefusedModel
from service.model_process.child_program import begin
from service.model_process.process_limits import ProcessLimits, set_process_limits
from service.model_process.worker_process import worker_variables
from service.models import add
from service.models.received_folder import unpack_folder
from service.models.stored_versions import WrongCommand

_STEPS = ("unpack", "publish")
Send = Callable[..., None]


def main(arguments: list[str]) -> None:
    """Run one of the two steps. The last line on standard output has the version and the summary, or the refusal."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")  # what the process of the model prints, too
    set_process_limits(ProcessLimits(options.max_memory_bytes, options.environments))
    send = _sender()
    try:
        if options.step == "unpack":
            begin(options.parent)
            _unpack(options, arguments, send)
        else:
            end_with_parent(options.parent)
            os.dup2(2, 1)  # what a model prints goes to the log
            _publish(options, send)
    except (WrongCommand, RefusedModel) as error:
        send(refusal=str(error))
    except BrokenBundle as error:
        send(refusal=f"The model cannot be published: {error}.")
    except MemoryError:
        send(refusal="The model cannot be published: it needs more memory than a model may have.")
    except OSError as error:
        send(refusal=f"The model cannot be published: {error.strerror}.")
    except BaseException as error:  # noqa: BLE001 - the code of a model may raise anything
        send(refusal=f"The model cannot be published: {type(error).__name__}.")
    os._exit(0)  # threads of the model may run on


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.models.receive")
    parser.add_argument("step", choices=_STEPS)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--max-unpacked-bytes", type=int, required=True)
    parser.add_argument("--max-memory-bytes", type=int, required=True)
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--folder", type=Path)
    return parser


def _sender() -> Send:
    """Return a function that sends a line to the service."""
    channel = os.dup(1)

    def send(**message: str) -> None:
        os.write(channel, json.dumps(message).encode() + b"\n")

    return send


def _unpack(options: argparse.Namespace, arguments: list[str], send: Send) -> None:
    """Unpack the archive, install the packages of the model, and go on to `publish`."""
    from service.models.fitted_model import install_packages

    source = unpack_folder(sys.stdin.buffer, options.scratch, options.max_unpacked_bytes)
    send(step="packages", name=source.name)
    install_packages(source)
    program = [sys.executable, "-B", "-m", "service.models.receive", "publish", *arguments[1:]]
    folder = ["--folder", str(Path(source.location).parent)]
    os.execve(sys.executable, [*program, *folder], worker_variables(options.scratch))  # noqa: S606 - this program


def _publish(options: argparse.Namespace, send: Send) -> None:
    """Publish the model into the scratch folder, without the right to do anything else."""
    from service.models.summary import describe_addition

    if missing := isolate(str(options.scratch), options.max_memory_bytes):
        raise RefusedModel(
            f"This system cannot limit {' and '.join(missing)} of a process, so the service opens no model that is sent. "
            "Publish it with python -m service.models add."
        )
    bundles = options.scratch / "bundles"
    bundles.mkdir()
    parser = argparse.ArgumentParser()
    add.add_commands(parser.add_subparsers())
    command = parser.parse_args(["add", str(options.folder), "--trust-this-file"])
    addition = add.add_model(command, bundles, lambda step: send(step=step), can_install=False)
    send(version=addition.model.card.version, summary=describe_addition(addition))


if __name__ == "__main__":
    main(sys.argv[1:])
