"""Find where a decoded JSON body differs from the shape of a request."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import inspect

from service.errors import Fault

Path = tuple[str | int, ...]


class Duplicate:
    """The value of a name that an object gives twice."""


_LEAVES: dict[type[inspect.Type], tuple[type | None, str]] = {
    inspect.StrType: (str, "a text"),
    inspect.IntType: (int, "a whole number"),
    inspect.FloatType: (float, "a number"),
    inspect.BoolType: (bool, "true or false"),
    inspect.NoneType: (None, "null"),
}
_VALUES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
    list: "a list",
    dict: "an object",
}


def first_fault(tree: Any, shape: type) -> Fault | None:
    """Return the first fault of a tree of JSON values against a msgspec type, or None."""
    return _fault(tree, inspect.type_info(shape), ())


def _fault(tree: Any, kind: inspect.Type, path: Path) -> Fault | None:
    if isinstance(kind, inspect.AnyType):
        return None
    if isinstance(tree, Duplicate):
        return Fault(None, "duplicate_field", "This field is given twice.", path=path)
    if isinstance(kind, inspect.UnionType):
        return _union_fault(tree, kind, path)
    if isinstance(kind, inspect.StructType) and isinstance(tree, dict):
        return _struct_fault(tree, kind, path)
    parts = _parts(tree, kind, path)
    if parts is not None:
        return _first(_fault(*part) for part in parts)
    return None if _is_leaf(tree, kind) else _wrong_type(tree, [kind], path)


def _parts(tree: Any, kind: inspect.Type, path: Path) -> Iterator[tuple[Any, inspect.Type, Path]] | None:
    """Yield the values of a container, each with its type and path. None if the tree is another kind of value."""
    if isinstance(kind, inspect.DictType) and isinstance(tree, dict):
        return ((value, kind.value_type, (*path, name)) for name, value in tree.items())
    if isinstance(kind, inspect.ListType) and isinstance(tree, list):
        return ((value, kind.item_type, (*path, index)) for index, value in enumerate(tree))
    if isinstance(kind, inspect.TupleType) and isinstance(tree, list) and len(tree) == len(kind.item_types):
        return ((value, each, (*path, index)) for index, (value, each) in enumerate(zip(tree, kind.item_types, strict=True)))
    return None


def _union_fault(tree: Any, kind: inspect.UnionType, path: Path) -> Fault | None:
    """Return the fault inside the alternative that has the kind of the tree, or a fault that names all kinds."""
    faults = [_fault(tree, each, path) for each in kind.types]
    if None in faults:
        return None
    inside = (fault for fault in faults if fault and (fault.path != path or fault.code != "wrong_type"))
    return next(inside, None) or _wrong_type(tree, list(kind.types), path)


def _struct_fault(tree: dict[str, Any], kind: inspect.StructType, path: Path) -> Fault | None:
    fields = {field.encode_name: field for field in kind.fields}
    missing = [name for name, field in fields.items() if field.required and name not in tree]
    if missing:
        return Fault(missing[0], "missing_field", "This field is missing.", path=path)
    for name, value in tree.items():
        if name not in fields:
            return Fault(name, "unknown_field", "There is no such field.", path=path)
        fault = _fault(value, fields[name].type, (*path, name))
        if fault:
            return fault
    return None


def _is_leaf(tree: Any, kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.LiteralType):
        return isinstance(tree, str | int) and tree in kind.values
    if type(kind) not in _LEAVES:
        return False
    try:
        msgspec.convert(tree, _LEAVES[type(kind)][0])
    except msgspec.ValidationError:
        return False
    return True


def _wrong_type(tree: Any, kinds: list[inspect.Type], path: Path) -> Fault:
    expected = " or ".join(dict.fromkeys(map(_words, kinds)))
    actual = f"a list of {len(tree):,}" if isinstance(tree, list) and "list" in expected else _VALUES[type(tree)]
    return Fault(None, "wrong_type", f"Expected {expected}, not {actual}.", path=path)


def _words(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.StructType | inspect.DictType):
        return "an object"
    if isinstance(kind, inspect.LiteralType):
        return f"one of {', '.join(map(str, kind.values))}"
    if isinstance(kind, inspect.TupleType):
        return f"a list of {len(kind.item_types)}"
    return _LEAVES[type(kind)][1] if type(kind) in _LEAVES else "a list"


def _first(faults: Iterable[Fault | None]) -> Fault | None:
    return next((fault for fault in faults if fault), None)
