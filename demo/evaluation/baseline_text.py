"""What the figures of a model are measured on and compared with: the pages About and How good say it in the same words."""

from client import Card
from demo.text.translation import Translation
from demo.text.wording import has_probabilities

_TWO = 2


def describe_baseline(metric: str, value: str, tr: Translation) -> str:
    """Return a metric's figure without a model, and what gives it: "without a model: 0% (always the mean)"."""
    text = tr.text("without a model: {value}", value=value)
    ways = {
        "auc": tr.text("cases in random order"),
        "accuracy": tr.text("always the most frequent answer"),
        "brier": tr.text("always the overall share as the probability"),
        "r2": tr.text("always the mean"),
        "relative_error": tr.text("always the median"),
    }
    return f"{text} ({ways[metric]})" if metric in ways else text


def describe_threshold(card: Card, tr: Translation) -> str:
    """Return at which threshold answers are counted as correct; empty if it does not decide by the threshold of one half."""
    if len(card["output"].get("labels", [])) != _TWO or not has_probabilities(card):
        return ""
    return tr.text("An answer counts as correct if its probability is on the right side of {share}.", share=tr.percent(0.5))


def describe_measured_rows(card: Card, rows: int, tr: Translation) -> str:
    """Return on how many cases the figures were measured, and if the model was fitted without them."""
    if card.get("evaluated_on") == "any_rows":
        return tr.count("Measured on {n} case.", "Measured on {n} cases.", rows)
    return tr.count(
        "Measured on {n} case that the model had never seen.", "Measured on {n} cases that the model had never seen.", rows
    )
