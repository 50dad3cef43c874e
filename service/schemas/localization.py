"""Returns a shape with its texts in one language, or changed. The types of the shapes tell which values are texts."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from service.schemas.shape import Text
from wire.languages import Language

S = TypeVar("S", bound=msgspec.Struct)
Change = Callable[[Text], Text]
ChangeTexts = Callable[[Any, Change], Any]

_TRANSLATIONS = next(part for part in get_args(Text) if get_origin(part) is dict)


def localized(shape: S, language: Language) -> S:
    """Return `shape` with every text in `language`, or in the first language that the text has."""
    return with_texts(shape, partial(_in_language, language=language))


def with_texts(shape: S, change: Change) -> S:
    """Return `shape` with every text changed."""
    change_texts = _changer(type(shape))
    result: S = change_texts(shape, change) if change_texts else shape
    return result


def _in_language(text: Text, language: Language) -> Text:
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")


@cache
def _changer(annotation: Any) -> ChangeTexts | None:
    """Return what changes the texts of a value of this type, or None if values of it hold no text."""
    parts = get_args(annotation)
    if _TRANSLATIONS in parts:
        return _text
    if get_origin(annotation) in {list, tuple}:
        return _of_items(parts[0])
    structs = [each for each in _alternatives(annotation) if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    return _of_union(structs)


def _alternatives(annotation: Any) -> Iterator[Any]:
    """Yield the types of a union and of a type variable, and the class of a generic type."""
    if isinstance(annotation, TypeVar):
        parts: tuple[Any, ...] = annotation.__constraints__
    else:
        parts = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()
    if parts:
        for part in parts:
            yield from _alternatives(part)
    else:
        yield get_origin(annotation) or annotation


def _text(text: Any, change: Change) -> Any:
    return change(text) if isinstance(text, str | dict) else text


@cache
def _of_struct(kind: type[msgspec.Struct]) -> ChangeTexts | None:
    hints = get_type_hints(kind)
    changers = [(name, each) for name in kind.__struct_fields__ if (each := _changer(hints[name]))]

    def change_texts(shape: Any, change: Change) -> Any:
        texts = {name: each(getattr(shape, name), change) for name, each in changers}
        return msgspec.structs.replace(shape, **texts)

    return change_texts if changers else None


def _of_items(annotation: Any) -> ChangeTexts | None:
    item = _changer(annotation)
    return item and (lambda items, change: type(items)(item(each, change) for each in items))


def _of_union(structs: list[type[msgspec.Struct]]) -> ChangeTexts | None:
    """Return what changes the texts of a value of one of these shapes; other values hold no text."""
    changers = {kind: each for kind in structs if (each := _of_struct(kind))}

    def change_texts(value: Any, change: Change) -> Any:
        each = changers.get(type(value))
        return each(value, change) if each else value

    return change_texts if changers else None
