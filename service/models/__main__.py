"""python -m service.models: add models, print their cards, list, compare, promote and remove their versions."""

import argparse
import os
import sys
from pathlib import Path

from service.model_process.process_limits import ProcessLimits, set_process_limits
from service.models import add, inspection, version_commands
from service.models.comparisons import case_check
from service.models.stored_versions import WrongCommand
from service.settings import read_settings
from wire.settings_reader import WrongSettings

_WRONG_COMMAND = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. A command that cannot be run prints one sentence and returns 2."""
    options = build_parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        set_process_limits(ProcessLimits(settings.model_memory_bytes, Path(settings.environments)))
        bundles = options.bundles or Path(settings.bundles)
        exit_code: int = options.act(options, bundles)
    except (WrongCommand, WrongSettings) as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_COMMAND
    except OSError as error:
        sys.stderr.write(f"The folder of the bundles cannot be used: {error.strerror}.\n")
        return _WRONG_COMMAND
    return exit_code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="python -m service.models", description="The models and their versions.")
    parser.add_argument(
        "--bundles", type=Path, metavar="FOLDER", help="the folder of the bundles; the default is SERVICE_BUNDLES"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (add, inspection, version_commands, case_check):
        group.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
