"""A card as the text of card.toml: every line is explained, and reading it gives the same card."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from service.publishing.drafting.findings import Finding
from service.schemas import Card, Classification, Input, Regression

_HEAD = """\
# The texts and settings of the model {name}. Change what you like and add the model again with --card card.toml.
# A text is "one for all languages" or {{ en = "English", pl = "Polish" }}. A line that you delete keeps its drafted value.
"""
_CARD = {
    "name": "the name in addresses and in the API: small letters, digits, hyphens",
    "title": "the name of the model for people",
    "question": "the question that it answers",
    "main_fields": "the inputs that a form of many shows first; the others are folded",
    "summary": "one or two sentences on what it estimates, from what",
    "row_name": 'the word for one row, such as { en = "client", pl = "klient" }',
    "row_forms": "the same word after a number: one client, two clients",
    "purpose": "what the model is for",
    "not_for": "what it must not be used for: a list of texts",
    "limits": "what a reader must know about its data: a list of texts",
    "evaluation_note": "what a reader of the figures must know",
    "evaluated_on": "unseen_rows, or any_rows if the model may have been fitted on the rows of its evaluation",
    "change_note": "what a reader of recommendations must know: what can change in reality",
    "rules": 'what cannot be true at once, such as { kind = "sum", fields = ["a", "b"], total = "c", sentence = "…" }',
    "entity": "the key of stored predictions",
    "place": "the place in a list of models: a smaller number comes first, then the name counts",
    "exports": "no: the model may not be taken away as code, a workbook, a package or an archive; else yes",
}
_OUTPUT = {
    "kind": "classification or regression; the model decides",
    "focus": "the label whose probability people read",
    "scores": "probabilities, or labels if the model names only a label; the model decides",
    "sentence": 'what the number counts, after it: "4 % risk of not paying"',
    "unit": "the unit of the value, such as USD",
    "mistakes": 'the two kinds of mistake and their prices: { false_alarm = "…", missed = "…", currency = "EUR" }',
    "bands": "the decisions, the best first; tones: good, middle, bad; together they cover 0 to 1 for a probability",
    "labels": "the labels of the model, in its order, with their names for people",
}
_INPUT = {
    "name": "the column of the model",
    "type": "number, integer, boolean, category, text, date, datetime, image or vector",
    "dtype": "the pandas type of the column that the model takes",
    "label": "the name of the field for people",
    "help": "a sentence that explains the field",
    "unit": "the unit of the value, such as kg",
    "shown_as": "percent: 0.62 is shown as 62 %; else number",
    "group": "fields with the same group stand together",
    "minimum": "lower values are refused",
    "maximum": "higher values are refused",
    "seen": "the range of the sample; values outside are marked",
    "step": "the step between values that a person would type",
    "categories": "the values, in this order, with their names for people; seen = false: no row had it",
    "max_length": "the longest text, in characters",
    "language": "the language of a text, such as en",
    "min_known_share": "a text with a smaller share of known words is marked",
    "width": "the pixels of a picture as the model sees it",
    "height": "the pixels of a picture as the model sees it",
    "colours": "grey or rgb",
    "length": "how many numbers a vector has",
    "default": "the value that a form begins with",
    "nullable": "whether the value may be missing",
    "from": "store: the value comes from stored features; else request",
    "changeable": "whether a recommendation may change it: no, up, down or both",
}
_OF_THE_BUILD = {"scoring", "real_rows", "real_truths", "metrics", "version", "built"}
_OF_THE_ROWS = {"seen", "interval"}
"""Keys of the answer that the build computes from the rows."""
_ALWAYS = {"label", "help", "unit", "group", "changeable", "nullable"}
"""Keys of a field that are written also if they are empty, because most people want to say them."""
_TRAINING = {
    "data": "the data of the model in words",
    "source": "where the data come from",
    "licence": "the licence of the data",
    "period": "the time of the data",
    "algorithm": "the method in words",
    "rows": "the number of rows that it was fitted on",
    "held_out_rows": "the number of rows that it was judged on",
    "libraries": "the versions of the packages",
}


def describe_card(card: Card, findings: Iterable[Finding] = (), attributes: Iterable[Input] = ()) -> str:
    """Return the text of card.toml: each line with its meaning. `attributes` are the columns that are kept aside."""
    table: dict[str, Any] = {key: value for key, value in _with_empty_texts(card).items() if key not in _OF_THE_BUILD}
    table["exports"] = card.exports
    lines = [_HEAD.format(name=card.name)]
    lines += [f"# {finding.sentence}" for finding in findings]
    lines += ["", *_entries(table, _CARD, skipped={"output", "training", "inputs", "examples"})]
    lines += ["", "# The answer.", "[output]", *_entries(_of_output(card.output), _OUTPUT, skipped=_OF_THE_ROWS)]
    if card.training:
        lines += ["", "# The data and the method.", "[training]", *_entries(table["training"], _TRAINING)]
    for field in card.inputs:
        lines += ["", "[[inputs]]", *_entries(_of_field(field), _INPUT)]
    for attribute in attributes:
        lines += ["", "# A column that the model does not read: the evaluation compares its groups.", "[[aside]]"]
        lines += _entries(_of_field(attribute), _INPUT)
    for example in table.get("examples", []):
        lines += ["", "# A row to start from.", "[[examples]]", *_entries(example, _EXAMPLE)]
    return "\n".join(lines) + "\n"


_EXAMPLE = {"name": "its name in addresses", "label": "its name for people", "row": "its values"}


def _builtins(struct: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(struct)
    return plain


def _with_empty_texts(struct: msgspec.Struct) -> dict[str, Any]:
    """Return a shape as a table, also with the texts that are empty."""
    plain = _builtins(struct)
    every = {each.encode_name: plain.get(each.encode_name, each.default) for each in msgspec.structs.fields(struct)}
    return {key: value for key, value in every.items() if key in plain or value == ""}


def _of_output(output: Classification | Regression) -> dict[str, Any]:
    if isinstance(output, Regression):
        return {"kind": "regression"} | _with_empty_texts(output)
    labels = [_with_empty_texts(label) for label in output.labels]
    return {"kind": "classification"} | _with_empty_texts(output) | {"labels": labels}


def _of_field(field: Input) -> dict[str, Any]:
    """Return a field as a table, with the keys that most people want to say."""
    every = {each.encode_name: getattr(field, each.name) for each in msgspec.structs.fields(Input)}
    plain = _builtins(field)
    shown = {key: plain.get(key, value) for key, value in every.items() if key in plain or key in _ALWAYS}
    categories = [_with_empty_texts(category) for category in field.categories]
    return shown | ({"categories": categories} if categories else {})


def _entries(table: Mapping[str, Any], meanings: Mapping[str, str], skipped: Iterable[str] = ()) -> Iterator[str]:
    """Yield a line for each key: its value and its meaning. Keys without a value are comments."""
    for key, value in table.items():
        if key in skipped or value is None:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"# {key}: {meanings.get(key, '')}"
            yield f"{_key(key)} = ["
            yield from (f"    {toml_value(each)}," for each in value)
            yield "]"
        else:
            yield f"{_key(key)} = {toml_value(value)}  # {meanings.get(key, '')}"
    absent = [key for key in meanings if key not in table and key not in skipped]
    yield from (f"# {key}: {meanings[key]}" for key in absent if meanings is not _INPUT)


def toml_value(value: Any) -> str:
    """Return a value as TOML on one line; keys without a value are left out of tables."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {toml_value(each)}" for key, each in value.items() if each is not None)
        return f"{{ {inner} }}" if inner else "{}"
    return f"[{', '.join(map(toml_value, value))}]"


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "a").replace("-", "a").isalnum() else toml_value(key)
