"""The whole document: one file of HTML that needs no network and prints to A4 pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from client import Card
from demo.drawings.drawing import FONT, build_reason_style, build_style
from demo.leave_behind import case_part, model_part
from demo.leave_behind.case_part import AnsweredCase
from demo.leave_behind.client_look import ClientLook
from demo.session.saved_cases import SavedCase
from demo.text.markup import build_paragraph, concatenate
from demo.text.plain_text import clean_text
from demo.text.translation import Translation
from demo.views import comparison_table

_STYLE = Path(__file__).parent / "document.css"
_DIRECTIONS = {".case": -1, ".swapped": 1, ".neutral": 0}
_MIN_COMPARED = 2
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""The browser fetches nothing and runs nothing, whatever is in the document."""


@dataclass(frozen=True)
class LeaveBehind:
    """What a document holds. `made` is when it was made, as people read it."""

    title: str
    cases: Sequence[AnsweredCase]
    made: str = ""
    look: ClientLook = field(default_factory=ClientLook)
    compared: Sequence[Sequence[AnsweredCase]] = ()
    """Groups of cases of one model, each drawn as a table with a column per case before the cases themselves."""
    cards: Sequence[Card] = ()
    """The models that the document describes."""
    figures: Sequence[Mapping[str, Any]] = field(default=())
    """What people said of the answers, as `Client.feedback` counts it."""
    missing: Sequence[str] = ()
    """The names of cases whose answers are not known."""


def build_document(content: LeaveBehind, tr: Translation) -> str:
    """Return the document. Every text in it is escaped, and nothing in it is fetched or run."""
    many = len(content.cases) > 1
    parts = [_build_comparison(group, tr) for group in content.compared]
    parts += [case_part.build_case(case, tr, number=index if many else None) for index, case in enumerate(content.cases, 1)]
    if content.missing:
        names = ", ".join(content.missing)
        parts.append(build_paragraph("note", tr.text("Cases whose model did not answer: {names}.", names=names)))
    parts.append(model_part.build_figures(content.figures, content.cards, tr))
    parts += [model_part.build_model(card, tr) for card in content.cards]
    head = Markup(
        '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
        '<meta http-equiv="Content-Security-Policy" content="{}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>'
    ).format(tr.language, content.title, _POLICY)
    origin = Markup(" · ").join(Markup("<bdi>{}</bdi>").format(text) for text in (content.look.name, content.made) if text)
    body = Markup(
        '</style></head>\n<body><header>{}<div><h1>{}</h1><p class="origin">{}</p></div></header>\n'
        "<main>{}</main></body></html>\n"
    ).format(_build_logo(content.look), content.title, origin, concatenate(parts))
    return clean_text("".join([head, _STYLE.read_text(encoding="utf-8"), _build_style(content.look, tr), body]))


def _build_style(look: ClientLook, tr: Translation) -> Markup:
    """Return the rules of CSS that depend on the client and on the language."""
    return concatenate(
        [
            *(build_reason_style(better, look.accent, scope) for scope, better in _DIRECTIONS.items()),
            build_style(look.accent),
            Markup(":root{{--accent:{};--font:{}}}").format(look.accent, FONT),
            Markup('@page{{@bottom-right{{content:"{} " counter(page) " / " counter(pages)}}}}').format(tr.text("Page")),
        ]
    )


def _build_logo(look: ClientLook) -> Markup:
    return Markup('<img class="logo" src="{}" alt="{}">').format(look.logo, look.name) if look.logo else Markup()


def _build_comparison(cases: Sequence[AnsweredCase], tr: Translation) -> Markup:
    """Return a table with a column per case; cases without an answer are left out."""
    answered = [(case, case.explanation) for case in cases if case.explanation is not None]
    if len(answered) < _MIN_COMPARED:
        return Markup()
    table = comparison_table.build_case_table(
        answered[0][0].card,
        [SavedCase(case.name, case.row) for case, _ in answered],
        [explanation for _, explanation in answered],
        tr,
    )
    return Markup('<section class="comparison"><h2>{}</h2>{}</section>').format(tr.text("Side by side"), table)
