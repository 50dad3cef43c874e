"""Fragments of HTML. Every value that is not Markup is escaped: by `Markup.format`, by `Markup.join`, and by these."""

from collections.abc import Iterable
from typing import Literal

from markupsafe import Markup


def concatenate(fragments: Iterable[str]) -> Markup:
    """Return fragments one after another; those that are not Markup are escaped."""
    return Markup().join(fragments)


def build_paragraph(css_class: str, text: str) -> Markup:
    """Return a paragraph."""
    return Markup('<p class="{}">{}</p>').format(css_class, text)


def build_footer(parts: Iterable[str]) -> Markup:
    """Return the small line under an answer, its parts separated by a dot."""
    return build_paragraph("foot", " · ".join(parts))


def build_table(heads: Iterable[str], rows: Iterable[Markup], css_class: str) -> Markup:
    """Return a table whose first column has no head; each row comes from `build_row`."""
    cells = concatenate(Markup('<th scope="col">{}</th>').format(head) for head in heads)
    template = Markup('<table class="{}"><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>')
    return template.format(css_class, cells, concatenate(rows))


def build_row(name: str, cells: Iterable[str], attributes: Markup | Literal[""] = "") -> Markup:
    """Return a row of a table: its name, then its cells. `attributes` begin with a space."""
    data = concatenate(Markup("<td>{}</td>").format(cell) for cell in cells)
    return Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(attributes, name, data)


def build_scrollable(table: Markup) -> Markup:
    """Return a table that scrolls sideways where the screen is too narrow for it."""
    return Markup('<div class="wide" tabindex="0">{}</div>').format(table)
