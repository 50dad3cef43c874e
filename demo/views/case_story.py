"""Describes what was changed in a case and how the answer has changed."""

from client import Card
from demo.fields import field_types
from demo.session.cases import Case
from demo.text.translation import Translation
from demo.text.wording import describe_difference, field_label, format_answer_with_unit

_NAMED_CHANGES = 3


def describe_changes(card: Card, case: Case, tr: Translation) -> str:
    """Return the changed fields: "Months late now 2 → 1, Credit limit 50,000 → 80,000 and 2 more"."""
    fields = {field["name"]: field for field in card["inputs"]}
    names = case.changed()
    listed = []
    for name in names[:_NAMED_CHANGES]:
        field, kind = fields[name], field_types.of(fields[name])
        if kind.is_long:
            listed.append(field_label(field))
            continue
        before, after = kind.value_text(case.start_row[name], tr), kind.value_text(case.row[name], tr)
        listed.append(f"{field_label(field)} {before}\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}{after}")
    text = ", ".join(listed)
    rest = len(names) - _NAMED_CHANGES
    return text + " " + tr.count("and {n} more", "and {n} more", rest) if rest > 0 else text


def describe_case(card: Card, case: Case, start: float, now: float, tr: Translation) -> tuple[str, str, str]:
    """Return the sentence under the answer in three parts; the middle one is emphasized."""
    if not case.changed():
        return tr.text("This is where the case starts. Change a field and watch the answer move."), "", ""
    introduction = tr.text("Started at {start}, now", start=format_answer_with_unit(card, start, tr))
    difference = describe_difference(card, start, now, tr)
    return introduction, difference, tr.text("You changed {changes}.", changes=describe_changes(card, case, tr))
