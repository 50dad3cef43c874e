"""The words of the page Feed: how many records there are of each band or label, their trend, and the answer of one."""

from collections import Counter
from typing import cast

from markupsafe import Markup

from client import Card
from demo.feed import feed_statistics
from demo.feed.feed_entries import FeedEntry
from demo.text import wording
from demo.text.markup import concatenate
from demo.text.translation import Translation


def row_form(card: Card, number: int, tr: Translation) -> str:
    """Return the card's word for its rows after a number; empty if the card has none."""
    forms = cast("dict[str, str]", card.get("row_forms", {}))
    return forms.get(tr.plural_category(number)) or forms.get("other", "")


def count_rows(card: Card, number: int, tr: Translation) -> str:
    """Return a number of rows with the card's word for them: 3 comments, 3 komentarze. Other cards count cases."""
    form = row_form(card, number, tr)
    return f"{tr.number(number)} {form}" if form else tr.count("{n} case", "{n} cases", number)


def build_counts(card: Card, entries: list[FeedEntry], tr: Translation) -> Markup:
    """Return the number of records, and the number in each band, the worst band first."""
    counts = feed_statistics.count_bands(entries)
    chips = [
        Markup('<span class="band band-{}">{}: <b>{}</b></span>').format(
            band["tone"], band.get("label") or band["value"], tr.number(counts[band["value"]])
        )
        for band in reversed(card["output"].get("bands", []))
    ]
    if wording.names_label(card) and not chips:
        by_label = Counter(entry.label for entry in entries)
        chips = [
            Markup('<span class="band band-void">{}: <b>{}</b></span>').format(text, tr.number(by_label[label]))
            for label, text in wording.label_texts(card).items()
        ]
    total = count_rows(card, len(entries), tr)
    line = Markup('<p class="headline feed-counts" role="status"><strong>{}</strong>{}</p>')
    return line.format(total, concatenate(chips))


def list_title(card: Card, tr: Translation) -> str:
    """Return the title of the list whose first records have the worst or the highest answers."""
    if card["output"].get("bands"):
        return tr.text("Worst first")
    if wording.names_label(card):
        label = wording.label_texts(card)[card["output"]["focus"]]
        return tr.text("First those with “{label}”", label=label)
    return tr.text("Highest first")


def describe_trend(card: Card, entries: list[FeedEntry], tr: Translation) -> str:
    """Return what the first and the last records say, and in which order they are drawn."""
    is_timed = feed_statistics.have_timestamps(entries)
    order = tr.text("Left to right: by time.") if is_timed else tr.text("Left to right: in order of arrival.")
    before, now = feed_statistics.compare_first_and_last(card, entries)
    bands = card["output"].get("bands", [])
    if bands:
        worst = bands[-1].get("label") or bands[-1]["value"]
        figures = {"band": worst, "begun": tr.percent(before), "now": tr.percent(now)}
        return tr.text("{band}: {begun} at first, {now} recently.", **figures) + " " + order
    if wording.names_label(card):
        label = wording.label_texts(card)[card["output"]["focus"]]
        figures = {"band": label, "begun": tr.percent(before), "now": tr.percent(now)}
        return tr.text("{band}: {begun} at first, {now} recently.", **figures) + " " + order
    texts = {name: wording.format_answer_with_unit(card, value, tr) for name, value in (("begun", before), ("now", now))}
    return tr.text("On average {begun} at first, {now} recently.", **texts) + " " + order


def format_answer(card: Card, entry: FeedEntry, tr: Translation) -> str:
    """Return the answer of a record as text: its label, or its number."""
    return wording.label_texts(card).get(entry.label) or wording.format_answer_with_unit(card, entry.answer, tr)
