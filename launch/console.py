"""Speaking to the person at the terminal: progress in short lines, trouble in one sentence."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something a person must put right; its text is the one sentence that says what and how."""


def say(text: str = "") -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


@contextmanager
def step(text: str) -> Iterator[Callable[[], None]]:
    """One line for a piece of work and the seconds it takes; what it yields brings them up to date on a terminal."""
    start = time.monotonic()
    shown = ""

    def show() -> None:
        nonlocal shown
        line = f"  {text} … {time.monotonic() - start:.0f} s"
        if line != shown and sys.stdout.isatty():
            print(f"\r{line}", end="", flush=True)
            shown = line

    print(f"  {text} … ", end="", flush=True)
    try:
        yield show
    except BaseException:
        say()
        raise
    say("" if sys.stdout.isatty() else f"{time.monotonic() - start:.0f} s")
