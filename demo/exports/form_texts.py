"""What a page says of a form: its size, its proof, why it is refused, how far its answer differs."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from client import Card, Export, ExportProof, RefusedExport
from demo.fields import field_types
from demo.text.translation import Translation
from wire.languages import DEFAULT

_KILO = 1000
MAX_DECIMALS = 20
"""Smaller differences are written as 0."""


def group_titles(tr: Translation) -> dict[str, str]:
    """Return group → title, in the order of the page."""
    return {
        "code": tr.text("Source code"),
        "workbook": tr.text("Spreadsheet"),
        "package": tr.text("Package"),
        "archive": tr.text("Archives"),
    }


def in_language(texts: dict[str, str], tr: Translation) -> str:
    """Return a text of the service in the reader's language."""
    return texts.get(tr.language) or texts.get(DEFAULT, "")


def form_titles(forms: Iterable[Export], tr: Translation) -> dict[str, str]:
    """Return kind → title."""
    return {form["kind"]: in_language(form["title"], tr) for form in forms}


def find_common_cost(forms: Sequence[Export], tr: Translation) -> str:
    """Return what most forms of a group cost, to be said once."""
    return Counter(in_language(form["cost"], tr) for form in forms).most_common(1)[0][0]


def describe_size(size_bytes: int, tr: Translation) -> str:
    """Return a size in kB or MB."""
    kilobytes = size_bytes / _KILO
    if round(kilobytes) < _KILO:
        return tr.text("{n} kB", n=tr.number(kilobytes, 0 if kilobytes >= 1 else 1))
    return tr.text("{n} MB", n=tr.number(kilobytes / _KILO, 1))


def format_difference(difference: float, tr: Translation) -> str:
    """Return a difference with one digit that is not 0: 0.0000000000000002. What has no such digit is 0."""
    if not difference:
        return tr.number(0)
    decimals = max(0, -math.floor(math.log10(abs(difference))))
    return tr.number(abs(difference), decimals) if decimals <= MAX_DECIMALS else tr.number(0)


def describe_proof(proof: ExportProof, tr: Translation) -> str:
    """Return how a form was compared with the service."""
    rows = tr.count("Compared on {n} row", "Compared on {n} rows", proof["rows"])
    return tr.text(
        "{rows} with {program}: largest difference {difference}.",
        rows=rows,
        program=proof["program"],
        difference=format_difference(proof["difference"], tr),
    )


def describe_nearest(refused: RefusedExport, titles: dict[str, str], tr: Translation) -> str:
    """Return which form works instead of a refused one; `titles` are those of all forms."""
    nearest = titles.get(refused["nearest"] or "")
    return tr.text("Take this instead: {form}.", form=nearest) if nearest else tr.text("Ask it from your own program.")


def build_state(form: Export, card: Card, titles: dict[str, str], tr: Translation, *, is_too_large: bool) -> Markup:
    """Return the proof of a form that was made, or why it is refused and what works instead; else nothing.

    The service gives reasons in English. That of a model of pictures or vectors is the same for all forms.
    """
    made, refused = form["made"], form["refused"]
    if refused:
        reason = Markup('<span lang="en">{}.</span>').format(refused["reason"].rstrip("."))
        if any(kind.is_array for kind in field_types.get_fields(card).values()):
            reason = escape(tr.text("it reads pictures or lists of numbers, and such a file takes single values."))
        text = Markup('<p class="refused">{} {} <strong>{}</strong></p>')
        return text.format(tr.text("Not for this model:"), reason, describe_nearest(refused, titles, tr))
    if not made:
        return Markup()
    sentences = []
    if made["proof"]:
        sentences.append(describe_proof(made["proof"], tr))
    elif made["missing_runtime"]:
        sentences.append(tr.text("Not run here: the service has no {program}.", program=made["missing_runtime"]))
    if is_too_large:
        sentences.append(tr.text("Too large for a download here: use the command below."))
    return Markup('<p class="proof">{}</p>').format(" ".join(sentences))
