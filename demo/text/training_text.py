"""Where a model comes from, in lines for a reader: the data that it was trained on, the method, source and licence."""

from client import Card
from demo.text.translation import Translation


def list_training_lines(card: Card, tr: Translation) -> list[tuple[str, str]]:
    """Return (title, text) of what the card says about the training; empty if it says nothing. Texts are not escaped."""
    training = card.get("training")
    if not training:
        return []
    lines = [
        (tr.text("Data"), training["data"]),
        (tr.text("Period"), training.get("period", "")),
        (tr.text("Training cases"), tr.number(training["rows"]) if training.get("rows") else ""),
        (tr.text("Method"), training.get("algorithm", "")),
        (tr.text("Source"), training["source"]),
        (tr.text("Licence"), training["licence"]),
    ]
    return [(title, text) for title, text in lines if text]
