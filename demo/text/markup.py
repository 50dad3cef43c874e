"""Fragments of HTML. Every value that is not Markup is escaped: by `Markup.format`, by `Markup.join`, and by these."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from markupsafe import Markup

_MAX_BESIDE = 3
"""So many cells stand beside each other on a phone."""


def concatenate(fragments: Iterable[str]) -> Markup:
    """Return fragments one after another; those that are not Markup are escaped."""
    return Markup().join(fragments)


def build_paragraph(css_class: str, text: str) -> Markup:
    """Return a paragraph."""
    return Markup('<p class="{}">{}</p>').format(css_class, text)


def build_typed(text: str, max_letters: int = 0) -> Markup:
    """Return a text that somebody typed, shortened. It ends its own directions of writing, and paints over no other line."""
    short = text[: max_letters - 1] + "…" if max_letters and len(text) > max_letters else text
    return Markup('<bdi class="typed">{}</bdi>').format(short) if short else Markup()


def build_footer(parts: Iterable[str]) -> Markup:
    """Return the small line under an answer, its parts separated by a dot."""
    return build_paragraph("foot", " · ".join(parts))


class TableRow(NamedTuple):
    """A row of a table: its name, its cells, the attributes of its tag (they begin with a space), a class per cell."""

    name: str
    cells: Iterable[str]
    attributes: Markup | Literal[""] = ""
    cell_classes: Sequence[str] = ()


def build_table(heads: Iterable[str], rows: Iterable[TableRow], css_class: str) -> Markup:
    """Return a table whose first column has no head.

    A phone shows the name of a row above its cells, and the cells beside each other if they are few, else one under
    another, each with its head.
    """
    titles = list(heads)
    cells = concatenate(Markup('<th scope="col">{}</th>').format(title) for title in titles)
    template = Markup('<table class="{}" style="--columns:{}"><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>')
    width = "few" if len(titles) <= _MAX_BESIDE else "many"
    return template.format(f"{css_class} {width}", len(titles), cells, concatenate(_build_row(row, titles) for row in rows))


def _build_row(row: TableRow, titles: list[str]) -> Markup:
    classes = row.cell_classes or [""] * len(titles)
    data = concatenate(
        Markup('<td class="{}" data-head="{}">{}</td>').format(css_class, title, cell)
        for cell, title, css_class in zip(row.cells, titles, classes, strict=True)
    )
    return Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(row.attributes, row.name, data)


def build_scrollable(table: Markup) -> Markup:
    """Return a table that scrolls sideways where the screen is too narrow for it."""
    return Markup('<div class="wide" tabindex="0">{}</div>').format(table)
