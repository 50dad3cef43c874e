"""python -m service.meetings: remove what people wrote, and make a presenter's link."""

import argparse
import contextlib
import os
import sys
from urllib.parse import quote

from service.errors import BrokenStorage, StorageUnavailable
from service.meetings.retention import in_words
from service.settings import read_settings
from service.store.database import meetings_url
from service.store.meetings import presenter_tokens, removals
from service.store.schema import MEETINGS
from service.store.store import Store
from wire.settings_reader import WrongSettings

_WRONG_COMMAND = 2
_LOCK_SECONDS = 60.0


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 1 if nothing was found or removed, 2 if it cannot be run."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        store = Store(meetings_url(settings.database_url), _LOCK_SECONDS, settings.database_seconds, MEETINGS)
        with contextlib.closing(store):
            exit_code: int = options.act(options, store)
    except (WrongSettings, BrokenStorage, StorageUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_COMMAND
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.meetings",
        description="What people write: remove it, and give a presenter access. SERVICE_DATABASE_URL names the store.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    forget = commands.add_parser(
        "forget",
        help="remove all that a person wrote, or a whole meeting",
        description="Removes all that somebody wrote under a name, or a meeting with its feedback and its guesses.",
    )
    forget.add_argument("wanted", metavar="NAME|MEETING", help="the name that the person gave, or the id of a meeting")
    forget.add_argument("--yes", action="store_true", help="do not ask before")
    forget.set_defaults(act=_forget)
    link = commands.add_parser(
        "presenter-link",
        help="make a link that opens one session of a presenter",
        description="Prints a token that opens one session of a presenter within a day, or the address with it.",
    )
    link.add_argument("--demo", metavar="URL", default="", help="the address of the demo, such as http://127.0.0.1:8501")
    link.set_defaults(act=_print_link)
    return parser


def _forget(options: argparse.Namespace, store: Store) -> int:
    wanted: str = options.wanted
    can_be_stored = "\0" not in wanted  # PostgreSQL refuses it
    removal = removals.of_meeting(store, wanted) or removals.of_person(store, wanted) if can_be_stored else None
    if removal is None:
        sys.stderr.write("Nobody wrote anything under this name, and there is no meeting of this id.\n")
        return 1
    if not options.yes and not _confirms(f"Remove {in_words(removal.count(store))}? This cannot be undone. [y/N] "):
        sys.stderr.write("Nothing was removed.\n")
        return 1
    sys.stdout.write(f"Removed: {in_words(removal.remove(store))}.\n")
    return 0


def _confirms(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        sys.stdout.write("\n")
        return False


def _print_link(options: argparse.Namespace, store: Store) -> int:
    token = presenter_tokens.add_link(store).token
    address = f"{options.demo.rstrip('/')}/sign-in?token={quote(token)}" if options.demo else token
    sys.stdout.write(f"{address}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
