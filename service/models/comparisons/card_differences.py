"""What differs between the cards of two versions: each field, the answer, the metrics."""

from collections.abc import Iterator

from service.schemas import Card, Classification, Input, Regression
from service.schemas.localization import localized

_COMPARED = ("type", "nullable", "unit", "minimum", "maximum", "max_length", "dtype", "default", "from_")
"""The attributes of a field that decide which rows it takes, or what a form offers."""
_NAMES = {"from_": "from"}


def describe_input_changes(before: Card, after: Card) -> list[str]:
    """Return a line for each field that was added, removed or changed; none if both versions take the same rows."""
    old, new = ({field.name: field for field in localized(card, "en").inputs} for card in (before, after))
    lines = [f"{name}: added ({_describe(field)})" for name, field in new.items() if name not in old]
    lines += [f"{name}: removed" for name in old if name not in new]
    for name in new:
        if name in old:
            lines += [f"{name}: {change}" for change in _field_changes(old[name], new[name])]
    if not lines and list(old) != list(new):
        lines.append("the order of the fields")
    return lines


def describe_output_changes(before: Card, after: Card) -> list[str]:
    """Return a line for each change of the answer's form: its kind, labels, focus, unit, decision bands."""
    old, new = localized(before, "en").output, localized(after, "en").output
    if isinstance(old, Classification) and isinstance(new, Classification):
        labels = [[label.value for label in output.labels] for output in (old, new)]
        lines = [f"labels: {', '.join(labels[0])} → {', '.join(labels[1])}"] if labels[0] != labels[1] else []
        lines += [f"focus: {old.focus} → {new.focus}"] if old.focus != new.focus else []
    elif isinstance(old, Regression) and isinstance(new, Regression):
        lines = [f"unit: {old.unit or 'none'} → {new.unit or 'none'}"] if old.unit != new.unit else []
    else:
        return [f"kind: {_kind(old)} → {_kind(new)}"]
    bands = [" · ".join(f"{band.value} {band.low:g} to {band.high:g}" for band in output.bands) for output in (old, new)]
    return lines + ([f"bands: {bands[0] or 'none'} → {bands[1] or 'none'}"] if bands[0] != bands[1] else [])


def describe_metric_changes(before: Card, after: Card) -> list[str]:
    """Return a line for each metric that both versions have."""
    old = {metric.name: metric.value for metric in before.metrics}
    return [f"{each.name}: {old[each.name]:.4g} → {each.value:.4g}" for each in after.metrics if each.name in old]


def _field_changes(before: Input, after: Input) -> Iterator[str]:
    for attribute in _COMPARED:
        old, new = getattr(before, attribute), getattr(after, attribute)
        if old != new or type(old) is not type(new):
            yield f"{_NAMES.get(attribute, attribute)} {_shown(old)} → {_shown(new)}"
    old_categories, new_categories = ([each.value for each in field.categories] for field in (before, after))
    for word, first, second in (("added", new_categories, old_categories), ("removed", old_categories, new_categories)):
        if names := [name for name in first if name not in second]:
            yield f"categories {word}: {', '.join(names)}"


def _describe(field: Input) -> str:
    limits = [
        f"{word} {_shown(value)}" for word, value in (("from", field.minimum), ("to", field.maximum)) if value is not None
    ]
    parts = [f"{len(field.categories)} categories"] if field.categories else []
    return ", ".join([" ".join([field.type, *limits]), *parts, *(["may be missing"] if field.nullable else [])])


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    return "none" if value in {None, ""} else str(value)


def _kind(output: Classification | Regression) -> str:
    return "classification" if isinstance(output, Classification) else "regression"
