"""What a pickle names, read from its bytes: nothing of it is opened, so nothing of it runs.

A pickle names a class as two short strings, the module and the class, before the opcode STACK_GLOBAL (protocol 4 and
later), or as two lines after the opcode GLOBAL (earlier protocols); see `Lib/pickletools.py` of Python. A file of joblib
is a pickle with the bytes of arrays between its opcodes, so it cannot be read opcode by opcode without opening it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_NAME = rb"[A-Za-z_][\w.]{0,254}"
_FRAME = rb"(?:\x95.{8})?"
_STORED = rb"\x94?" + _FRAME
"""A string may be stored for later use, and a new frame may begin."""
_CLASS = rb"(?:\x8c." + _NAME + rb"\x94?|h.|j.{4})" + _FRAME
_STACK_GLOBAL = re.compile(rb"\x8c.(" + _NAME + rb")" + _STORED + _CLASS + rb"\x93", re.DOTALL)
_GLOBAL = re.compile(rb"(?=c(" + _NAME + rb")\n" + _NAME + rb"\n)")
_SKLEARN_VERSION = re.compile(rb"_sklearn_version.{0,12}?(?:\x8c(.)|X(.)\x00{3})(\d[\w.]{0,31})", re.DOTALL)
"""The length of the version, in one or in four bytes, and the version with what follows it."""
_PROTOCOL_OPCODE = 0x80
_STACK_GLOBAL_PROTOCOL = 4
_HEAD_BYTES = 2
_OVERLAP_BYTES = 1024
"""Longer than any match, so that none is lost between two chunks."""


@dataclass(frozen=True)
class PickleContents:
    """What a pickle mentions."""

    modules: frozenset[str]
    """The modules of its classes and functions, such as `sklearn.pipeline`. In a pickle of an old protocol, and in a
    hostile one, other words may be among them."""
    sklearn_version: str
    """The version of scikit-learn that fitted the model, or empty."""

    @property
    def packages(self) -> frozenset[str]:
        """Return the top-level names of the modules."""
        return frozenset(module.partition(".")[0] for module in self.modules)


def read_pickle_contents(chunks: Iterable[bytes]) -> PickleContents:
    """Return what a pickle mentions, from its unpacked bytes in chunks of any size."""
    modules: set[str] = set()
    version = ""
    pattern = None
    for part in _overlapping(chunks):
        pattern = pattern or _class_pattern(part)
        modules.update(match.decode() for match in pattern.findall(part))
        version = version or _sklearn_version(part)
    return PickleContents(frozenset(modules), version)


def _sklearn_version(part: bytes) -> str:
    """Return the version of scikit-learn that a part of a pickle has whole, or an empty string."""
    match = _SKLEARN_VERSION.search(part)
    length = (match[1] or match[2])[0] if match else 0
    return match[3][:length].decode() if match and len(match[3]) >= length else ""


def _class_pattern(head: bytes) -> re.Pattern[bytes]:
    """Return how classes are named in a pickle that begins with `head`."""
    has_protocol = len(head) > 1 and head[0] == _PROTOCOL_OPCODE
    return _STACK_GLOBAL if has_protocol and head[1] >= _STACK_GLOBAL_PROTOCOL else _GLOBAL


def _overlapping(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each chunk with the end of the chunks before it."""
    end = b""
    for chunk in chunks:
        part = end + chunk
        if len(part) > _HEAD_BYTES:
            yield part
            end = part[-_OVERLAP_BYTES:]
        else:
            end = part
    if end:
        yield end
