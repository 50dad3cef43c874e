"""The answer as a line of HTML: very large on the page that opens, smaller elsewhere."""

from html import escape

from client import Band, Card, Prediction, Usualness
from demo.text.translation import Translation
from demo.text.wording import answer_text, answer_value, answer_with_unit, band_of, rarer_than

UNUSUAL = 90
"""From this percentile on a case is called unusual."""


def badge(card: Card, prediction: Prediction) -> str:
    """Return the decision band as a coloured word; nothing where the card has no bands."""
    band = band_of(card, prediction)
    return word(band) if band else ""


def word(band: Band) -> str:
    """Return a band as a coloured word."""
    return f'<span class="band band-{band["tone"]}">{escape(band.get("label") or band["value"])}</span>'


def rarity(usualness: Usualness | None, tr: Translation) -> str:
    """Return how usual a case is as a few quiet words, loud where it is unusual; nothing where nobody can tell."""
    if usualness is None:
        return ""
    kind = "apart" if usualness["percentile"] >= UNUSUAL else "rarity"
    said = tr.text("rarer than {share} of cases", share=rarer_than(usualness, tr))
    return f'<span class="{kind}">{escape(said)}</span>'


def large(card: Card, prediction: Prediction, tr: Translation) -> str:
    """Return the answer as the largest thing on the page, and as a bar that stays on a phone."""
    unit = escape(card["output"].get("unit", ""))
    number = answer_text(card, answer_value(card, prediction), tr)
    not_taken = escape(tr.text("A marked value is out of its range: the answer is still the one before it."))
    band = badge(card, prediction)
    return (
        f'<div class="answer" role="status" aria-live="polite"><span class="number">{number}</span>'
        f'<span class="unit">{unit}</span>{band}</div>'
        f'<p class="sentence">{escape(card["output"].get("sentence", ""))}</p><p class="not-taken">{not_taken}</p>'
        f'<div class="phone-bar" aria-hidden="true"><span>{number} {unit}</span>{band}</div>'
    )


def small(card: Card, prediction: Prediction, words_before: str, tr: Translation, usualness: Usualness | None = None) -> str:
    """Return one line: what it is about, the answer, the band, how usual the case is."""
    answer = escape(answer_with_unit(card, answer_value(card, prediction), tr))
    before = f"<span>{escape(words_before)}</span>" if words_before else ""
    return (
        f'<p class="headline" role="status" aria-live="polite">{before}'
        f"<strong>{answer}</strong>{badge(card, prediction)}{rarity(usualness, tr)}</p>"
    )
