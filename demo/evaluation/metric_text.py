"""A metric of a card in words: its value, and one metric in a sentence that a client understands at once."""

from client import Metric
from demo.text.translation import Translation

_SHARES = {"accuracy", "coverage", "relative_error"}


def format_metric(name: str, value: float, tr: Translation) -> str:
    """Return the value of a metric: 81.3% of a share, 0.775 of any other."""
    return tr.percent(value, 1) if name in _SHARES else tr.number(value, 3)


def describe_quality(metrics: list[Metric], tr: Translation) -> str:
    """Return one metric in words: the share of correct answers, the typical error, else the first; empty without metrics."""
    values = {metric["name"]: format_metric(metric["name"], metric["value"], tr) for metric in metrics}
    if "accuracy" in values:
        return tr.text("{share} of the answers are correct", share=values["accuracy"])
    if "relative_error" in values:
        return tr.text("Typical error: {share} of the true value", share=values["relative_error"])
    return f"{metrics[0].get('label') or metrics[0]['name']}: {values[metrics[0]['name']]}" if metrics else ""
