"""An answer in a link: what the model said when the link was made. A link is untrusted: only what fits the card is read."""

from client import Card, Prediction
from demo.address.pairs import decode_number
from demo.text.wording import answer_value, is_classification, label_texts, names_label

_DIGITS = 8


def encode_answer(card: Card, prediction: Prediction) -> str:
    """Return the label, the probability of the focus label, or the value of a prediction as text for the URL."""
    return prediction["label"] if names_label(card) else f"{answer_value(card, prediction):.{_DIGITS}g}"


def decode_answer(card: Card, text: str) -> float | str | None:
    """Return the answer of a text from the URL: a label of the card, or a number; None if it does not fit the card."""
    if names_label(card):
        return text if text in label_texts(card) else None
    return decode_number(text, 0.0, 1.0) if is_classification(card) else decode_number(text)
