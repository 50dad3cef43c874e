"""The answer as a line of HTML: very large on the page that opens, smaller elsewhere."""

from html import escape

from client import Band, Card, Prediction, Usualness
from demo.text.translation import Translation
from demo.text.wording import answer_value, find_band, format_answer, format_answer_with_unit, format_percentile

UNUSUAL_PERCENTILE = 90
"""From this percentile on a case is called unusual."""


def build_band_badge(card: Card, prediction: Prediction) -> str:
    """Return the decision band as a coloured word; nothing where the card has no bands."""
    band = find_band(card, prediction)
    return build_badge(band) if band else ""


def build_badge(band: Band) -> str:
    """Return a band as a coloured word."""
    return f'<span class="band band-{band["tone"]}">{escape(band.get("label") or band["value"])}</span>'


def build_usualness(usualness: Usualness | None, tr: Translation) -> str:
    """Return how usual a case is as a few quiet words, loud where it is unusual; nothing where nobody can tell."""
    if usualness is None:
        return ""
    kind = "apart" if usualness["percentile"] >= UNUSUAL_PERCENTILE else "rarity"
    said = tr.text("rarer than {share} of cases", share=format_percentile(usualness, tr))
    return f'<span class="{kind}">{escape(said)}</span>'


def build_large_answer(card: Card, prediction: Prediction, tr: Translation) -> str:
    """Return the answer as the largest thing on the page, and as a bar that stays on a phone."""
    unit = escape(card["output"].get("unit", ""))
    number = format_answer(card, answer_value(card, prediction), tr)
    not_taken = escape(tr.text("A marked value is out of its range: the answer is still the one before it."))
    band = build_band_badge(card, prediction)
    return (
        f'<div class="answer" role="status" aria-live="polite"><span class="number">{number}</span>'
        f'<span class="unit">{unit}</span>{band}</div>'
        f'<p class="sentence">{escape(card["output"].get("sentence", ""))}</p><p class="not-taken">{not_taken}</p>'
        f'<div class="phone-bar" aria-hidden="true"><span>{number} {unit}</span>{band}</div>'
    )


def build_answer_line(
    card: Card, prediction: Prediction, words_before: str, tr: Translation, usualness: Usualness | None = None
) -> str:
    """Return one line: what it is about, the answer, the band, how usual the case is."""
    answer = escape(format_answer_with_unit(card, answer_value(card, prediction), tr))
    before = f"<span>{escape(words_before)}</span>" if words_before else ""
    return (
        f'<p class="headline" role="status" aria-live="polite">{before}'
        f"<strong>{answer}</strong>{build_band_badge(card, prediction)}{build_usualness(usualness, tr)}</p>"
    )
