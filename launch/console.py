"""Output on the terminal: progress in short lines, errors in one sentence."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class LaunchError(Exception):
    """An error that the user must fix; the text is one sentence that says what and how."""


def say(text: str = "") -> None:
    print(text, flush=True)


def say_error(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


@contextmanager
def step(text: str) -> Iterator[Callable[[], None]]:
    """Print one line for a piece of work and its seconds. Yields a function that updates the seconds on a terminal."""
    start = time.monotonic()
    last_line = ""

    def show() -> None:
        nonlocal last_line
        line = f"  {text} … {time.monotonic() - start:.0f} s"
        if line != last_line and sys.stdout.isatty():
            print(f"\r{line}", end="", flush=True)
            last_line = line

    print(f"  {text} … ", end="", flush=True)
    try:
        yield show
    except BaseException:
        say()
        raise
    say("" if sys.stdout.isatty() else f"{time.monotonic() - start:.0f} s")
