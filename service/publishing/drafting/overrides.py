"""What a person writes in card.toml, merged into the draft of a card."""

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from service.publishing.drafting.findings import CannotDraft, nearest
from service.schemas import Card, Input

_BY_KEY = {"inputs": "name", "categories": "value", "labels": "value"}
"""Lists whose tables are found by one of their keys, and merged into those of the draft."""
_OWN_KEYS = {"aside": tuple[Input, ...]}
"""Keys of card.toml that a card does not have."""
_FROM_THE_BUILD = {"real_rows", "real_truths", "metrics", "scoring", "version", "built"}


def apply_overrides(card: Card, overrides: Mapping[str, Any]) -> Card:
    """Return the card with the texts of card.toml. Raises CannotDraft for unknown keys, names and values that do not fit."""
    check_keys(overrides)
    _check_names("describes the input", [table.get("name") for table in tables(overrides, "inputs")], card)
    _check_labels(overrides, card)
    drafted = msgspec.to_builtins(card)
    changes = {key: value for key, value in overrides.items() if key not in _OWN_KEYS}
    try:
        merged = msgspec.convert(merge(drafted, changes, ""), Card)
    except msgspec.ValidationError as error:
        raise CannotDraft(f"card.toml does not fit: {error}.") from None
    return _with_whole_rows(merged)


def aside_inputs(overrides: Mapping[str, Any], columns: Mapping[str, Input]) -> tuple[Input, ...]:
    """Return the columns by which groups are compared: those that card.toml names (`aside`), completed by the drafts.

    Raises CannotDraft if one is not among `columns`, those that the model does not read.
    """
    check_keys(overrides)
    chosen = []
    for table in tables(overrides, "aside"):
        name = str(table.get("name"))
        if name not in columns:
            hint = nearest(name, columns)
            raise CannotDraft(f"card.toml keeps the column {name!r} aside, but the model does not leave it out. {hint}")
        try:
            chosen.append(msgspec.convert(merge(msgspec.to_builtins(columns[name]), table, "inputs"), Input))
        except msgspec.ValidationError as error:
            raise CannotDraft(f"card.toml does not fit: {error}.") from None
    return tuple(chosen)


def tables(overrides: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return a list of tables of card.toml; none if it has none. Raises CannotDraft if it is something else."""
    value = overrides.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise CannotDraft(f"card.toml does not fit: {key} must be a list of tables, each written as [[{key}]].")
    return value


def merge(drafted: Any, changes: Any, key: str) -> Any:
    """Return drafted values with changes: tables key by key, lists of named tables name by name, all else replaced."""
    if isinstance(drafted, dict) and isinstance(changes, Mapping) and not _is_text(changes):
        return drafted | {name: merge(drafted.get(name), value, name) for name, value in changes.items()}
    by = _BY_KEY.get(key)
    if by and isinstance(drafted, list | tuple) and isinstance(changes, list):
        named = {table.get(by): table for table in changes if isinstance(table, Mapping)}
        first = list(named) if key == "categories" else []
        before = {table[by]: table for table in drafted}
        order = dict.fromkeys([*first, *before, *named])
        return [merge(before.get(name, {}), named.get(name, {}), "") for name in order]
    return changes


def _is_text(table: Mapping[str, Any]) -> bool:
    """Tell whether a table is a text in several languages, which replaces another one as a whole."""
    return bool(table) and set(table) <= {"en", "pl"}


def _with_whole_rows(card: Card) -> Card:
    """Return the card with a null in place of each value that an example leaves out: TOML has no null."""
    names = [field.name for field in card.inputs]
    _check_names("has an example with the input", [name for example in card.examples for name in example.row], card)
    examples = (
        msgspec.structs.replace(example, row={name: example.row.get(name) for name in names}) for example in card.examples
    )
    return msgspec.structs.replace(card, examples=tuple(examples))


def _check_labels(overrides: Mapping[str, Any], card: Card) -> None:
    known = [label.value for label in getattr(card.output, "labels", ())]
    output = overrides.get("output")
    for label in tables(output, "labels") if isinstance(output, Mapping) else ():
        if label.get("value") not in known:
            hint = nearest(str(label.get("value")), known)
            raise CannotDraft(f"card.toml has the label {label.get('value')!r}, which the model does not have. {hint}")


def _check_names(doing: str, names: Iterable[Any], card: Card) -> None:
    known = [field.name for field in card.inputs]
    for name in names:
        if name not in known:
            raise CannotDraft(f"card.toml {doing} {name!r}, which the model does not have. {nearest(str(name), known)}")


def check_keys(overrides: Mapping[str, Any]) -> None:
    """Raise CannotDraft for a key that cards do not have, with the nearest right one."""
    for key, value in overrides.items():
        if key in _OWN_KEYS:
            _check_value(value, _OWN_KEYS[key], key)
        elif key in _FROM_THE_BUILD - {"scoring"}:
            raise CannotDraft(f"card.toml has the key {key!r}, which the build computes. Leave it out.")
    _check_value({key: value for key, value in overrides.items() if key not in _OWN_KEYS}, Card, "")


def _check_value(value: Any, kind: Any, path: str) -> None:
    """Check the keys of the tables in a value against the shape that it should have."""
    if isinstance(value, list):
        for element in _element_types(kind):
            for each in value:
                _check_value(each, element, path)
        return
    if not isinstance(value, Mapping):
        return
    structs = list(_struct_types(kind))
    tagged = [each for each in structs if each.__struct_config__.tag == value.get("kind")]
    chosen = tagged or structs
    if not chosen:
        return
    keys = {field.encode_name: field.type for each in chosen for field in msgspec.structs.fields(each)}
    if len(structs) > 1 or chosen[0].__struct_config__.tag:
        keys["kind"] = str
    for key, inner in value.items():
        if key not in keys:
            place = f" of {path}" if path else ""
            raise CannotDraft(f"card.toml has the unknown key {key!r}{place}. {nearest(key, keys)}")
        _check_value(inner, keys[key], f"{path}.{key}" if path else key)


def _struct_types(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield the shapes among the members of a type."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        for member in typing.get_args(kind):
            yield from _struct_types(member)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind


def _element_types(kind: Any) -> Iterator[Any]:
    """Yield the types of the elements of a list or tuple type."""
    if typing.get_origin(kind) in {tuple, list}:
        yield from (each for each in typing.get_args(kind) if each is not Ellipsis)
