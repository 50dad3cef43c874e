"""Builds the HTML of a step on the large screen: its head, the values of the case, the opening, the dots of the steps."""

from collections.abc import Sequence

from markupsafe import Markup

from client import Card, MeetingCase, Row
from client.shapes.meetings import Look
from demo.fields import field_types
from demo.run_sheets.run_steps import RunStep
from demo.text import wording
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation

_MAX_FACTS, _MAX_DIFFERENCES, _MAX_TEXT, _MAX_DOTS = 8, 6, 700, 40


def build_head(title: str, look: Look, place: str, elapsed_seconds: float) -> Markup:
    """Return the top line: logo and name of the client, the title, which case of how many, and the time since the start."""
    name = Markup("<span>{}</span>").format(look["name"]) if look["name"] else Markup()
    clock = build_clock(elapsed_seconds) if elapsed_seconds else Markup()
    return Markup(
        '<div class="slide-head">{}<span class="slide-client">{}<span>{}</span></span>'
        '<span class="slide-place">{}{}</span></div>'
    ).format(build_logo(look), name, title, place, clock)


def build_clock(elapsed_seconds: float) -> Markup:
    """Return the time since the start, which goes on in the browser; 0:00 before the start."""
    elapsed = f"{elapsed_seconds:.0f}" if elapsed_seconds else ""
    return Markup('<time class="clock" data-elapsed="{}">0:00</time>').format(elapsed)


def build_logo(look: Look) -> Markup:
    """Return the logo; empty without one."""
    logo = look["logo"]
    if not logo:
        return Markup()
    return Markup('<img class="slide-logo" alt="" src="data:{};base64,{}">').format(logo["media_type"], logo["data"])


def build_name(case: MeetingCase) -> Markup:
    """Return the name of the case as the title of the screen."""
    return Markup('<h1 class="slide-name"><bdi>{}</bdi></h1>').format(case["name"])


def build_facts(card: Card, row: Row, prepared: Row, tr: Translation, chosen: Sequence[str] | None = None) -> Markup:
    """Return values of a case: a text as it is, else those that are chosen, else those that matter most.

    Changed ones carry their old value.
    """
    kinds = field_types.get_fields(card)
    longs = [name for name, kind in kinds.items() if kind.is_long and row.get(name)]
    if longs:
        text = str(row[longs[0]])
        return Markup('<blockquote class="slide-text" dir="auto">{}</blockquote>').format(
            text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]} …"
        )
    pictures = concatenate(kind.build_large(row.get(name), tr) for name, kind in kinds.items() if kind.is_picture)
    changed = [name for name in kinds if row.get(name) != prepared.get(name)]
    names = (
        chosen or [*changed, *(name for name in field_types.order_by_importance(card) if name not in changed)][:_MAX_FACTS]
    )
    facts = [name for name in kinds if name in names and not kinds[name].is_picture]
    rows = concatenate(_build_fact(card, name, row, prepared, tr) for name in facts)
    return pictures + Markup('<dl class="slide-facts">{}</dl>').format(rows) if facts else pictures


def _build_fact(card: Card, name: str, row: Row, prepared: Row, tr: Translation) -> Markup:
    kind = field_types.get_fields(card)[name]
    value = kind.value_with_unit(row.get(name), tr)
    note = Markup()
    if row.get(name) != prepared.get(name):
        note = Markup(" <em>● {}</em>").format(tr.text("was {value}", value=kind.value_text(prepared.get(name), tr)))
    label = wording.field_label(kind.field)
    return Markup("<div><dt>{}</dt><dd><bdi>{}</bdi>{}</dd></div>").format(label, value, note)


def build_opening(title: str, look: Look, code: Markup, address: str, tr: Translation) -> Markup:
    """Return the screen before the first case: the title, and how to take part. `code` is the QR code of the address."""
    invitation = Markup('<div class="slide-join">{}<p>{}</p><p class="slide-address"><bdi>{}</bdi></p></div>').format(
        code, tr.text("Point your phone's camera here to take part"), address
    )
    return Markup(
        '<div class="slide-opening"><div>{}<p class="slide-for">{}</p><h1><bdi>{}</bdi></h1></div>{}</div>'
    ).format(build_logo(look), look["name"] or "", title, invitation if address else "")


def build_dots(steps: Sequence[RunStep], index: int, tr: Translation) -> Markup:
    """Return a dot for each step, the present one long. More steps than fit are a bar."""
    label = tr.text("Step {n} of {all}", n=tr.number(index + 1), all=tr.number(len(steps)))
    if len(steps) > _MAX_DOTS:
        share = 100 * (index + 1) / len(steps)
        bar = Markup('<div class="slide-dots" data-step="{}" role="img" aria-label="{}"><b style="width:{}%"></b></div>')
        return bar.format(index, label, f"{share:.1f}")
    dots = [
        Markup('<i class="{}{}"></i>').format("now" if at == index else "", " first" if _begins(steps, at) else "")
        for at in range(len(steps))
    ]
    return Markup('<div class="slide-dots" data-step="{}" role="img" aria-label="{}">{}</div>').format(
        index, label, concatenate(dots)
    )


def _begins(steps: Sequence[RunStep], index: int) -> bool:
    """Return whether a step is the first of its case."""
    return index > 0 and steps[index - 1].case != steps[index].case


def build_compared(name: str, answer: Markup, facts: Markup) -> Markup:
    """Return one of two cases that stand side by side: its name, its answer, its values."""
    return Markup("<div><h2><bdi>{}</bdi></h2>{}{}</div>").format(name, answer, facts)


def list_differences(card: Card, one: Row, other: Row) -> list[str]:
    """Return the fields in which two cases of a model differ, those that matter most."""
    return [name for name in field_types.order_by_importance(card) if one.get(name) != other.get(name)][:_MAX_DIFFERENCES]


def build_waiting(tr: Translation) -> Markup:
    """Return the empty answer: the service has not answered, and nothing was recorded."""
    return build_paragraph("answer-none", "–") + build_paragraph(
        "slide-none", tr.text("No answer at the moment. The page shows it as soon as the service answers.")
    )
