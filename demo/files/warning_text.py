"""Describes the warnings of a scored row, from the codes in the answer to a file, in the reader's language."""

from client import Card
from demo.text.translation import Translation
from demo.text.wording import field_label


def describe_codes(card: Card, codes: str, tr: Translation) -> str:
    """Return "Weight: unusual value" for "carat: outside_training_range"; unknown codes and fields stay as they are."""
    labels = {field["name"]: field_label(field) for field in card["inputs"]}
    sentences = {
        "outside_training_range": tr.text("unusual value"),
        "unseen_category": tr.text("never seen in training"),
        "contradiction": tr.text("contradiction"),
        "few_known_words": tr.text("few known words"),
        "other_language": tr.text("another language"),
        "unlike_training": tr.text("unlike the pictures of training"),
    }
    described = []
    for part in codes.split("; "):
        names, sign, code = part.rpartition(": ")
        fields = ", ".join(labels.get(name, name) for name in names.split(", "))
        described.append(f"{fields}{sign}{sentences.get(code, code)}")
    return "; ".join(described)
