"""Returns a shape with its texts in one language. The types of the shapes tell which values are texts."""

from collections.abc import Callable, Iterator
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from service.schemas.shape import Text
from wire.languages import Language

S = TypeVar("S", bound=msgspec.Struct)
Localize = Callable[[Any, Language], Any]

_TRANSLATIONS = next(part for part in get_args(Text) if get_origin(part) is dict)


def localized(shape: S, language: Language) -> S:
    """Return `shape` with every text in `language`, or in the first language that the text has."""
    localize = _localizer(type(shape))
    result: S = localize(shape, language) if localize else shape
    return result


@cache
def _localizer(annotation: Any) -> Localize | None:
    """Return what localizes a value of this type, or None if values of it hold no text."""
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


def _text(text: Any, language: Language) -> Any:
    if not isinstance(text, dict):
        return text
    return text.get(language) or next(iter(text.values()), "")


@cache
def _of_struct(kind: type[msgspec.Struct]) -> Localize | None:
    hints = get_type_hints(kind)
    localizers = [(name, each) for name in kind.__struct_fields__ if (each := _localizer(hints[name]))]

    def localize(shape: Any, language: Language) -> Any:
        texts = {name: each(getattr(shape, name), language) for name, each in localizers}
        return msgspec.structs.replace(shape, **texts)

    return localize if localizers else None


def _of_items(annotation: Any) -> Localize | None:
    item = _localizer(annotation)
    return item and (lambda items, language: type(items)(item(each, language) for each in items))


def _of_union(structs: list[type[msgspec.Struct]]) -> Localize | None:
    """Return what localizes a value of one of these shapes; other values hold no text."""
    localizers = {kind: each for kind in structs if (each := _of_struct(kind))}

    def localize(value: Any, language: Language) -> Any:
        each = localizers.get(type(value))
        return each(value, language) if each else value

    return localize if localizers else None
