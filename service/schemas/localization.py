"""A shape with its texts in one language."""

from typing import Any, TypeVar

import msgspec

from wire.languages import LANGUAGES, Language

S = TypeVar("S", bound=msgspec.Struct)


def localized(shape: S, language: Language) -> S:
    """Return `shape` with every text in `language`, or in the first language that it has."""
    return msgspec.convert(_in(language, msgspec.to_builtins(shape)), type(shape))


def _in(language: Language, node: Any) -> Any:
    if isinstance(node, dict):
        if node and node.keys() <= set(LANGUAGES):
            return node.get(language) or next(iter(node.values()))
        return {name: _in(language, value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_in(language, item) for item in node]
    return node
