"""The number and the words of an answer: the value, its unit, its band, and the difference between two answers."""

from decimal import Decimal

from client import Band, Card, Field, FieldWarning, KnownWords, Prediction, Usualness
from demo.text.number_text import join_unit
from demo.text.translation import Translation
from wire.answer_columns import (
    DECISION,
    ERROR,
    ERROR_CODES,
    HIGH,
    LABEL,
    LOW,
    ROW,
    VALUE,
    WARNINGS,
    label_columns,
    probability_column,
)
from wire.column_names import name_as_words

CONTRADICTION = "contradiction"
"""The code of a warning: the case breaks a rule of its card."""
FEW_KNOWN_WORDS = "few_known_words"
UNLIKE_TRAINING = "unlike_training"
"""The code of a warning: the model knows few words of a text."""
_MIN_WITHOUT_DECIMALS, _MANY_LABELS = 1000, 6
_SHARE_DECIMALS = (0, 1, 2)


def is_classification(card: Card) -> bool:
    """Tell whether the model answers with the probabilities of labels, not with a value."""
    return card["output"]["kind"] == "classification"


def has_probabilities(card: Card) -> bool:
    """Tell whether the answers of a classification have probabilities; else the model only names a label."""
    return is_classification(card) and card["output"].get("scores", "probabilities") != "labels"


def only_names_labels(card: Card) -> bool:
    """Tell whether the model names a label without a probability."""
    return is_classification(card) and not has_probabilities(card)


def names_label(card: Card) -> bool:
    """Tell whether people read a label as the answer: there are no probabilities, or those of many labels."""
    return only_names_labels(card) or (is_classification(card) and len(label_texts(card)) >= _MANY_LABELS)


def label_texts(card: Card) -> dict[str, str]:
    """Return label → its words, in the card's order."""
    return {each["value"]: each.get("label") or each["value"] for each in card["output"].get("labels", [])}


def answer_value(card: Card, prediction: Prediction) -> float:
    """Return the number that the pages show: the probability of the card's focus label, or the value.

    Without probabilities it is 1 for the focus label and 0 for the others.
    """
    if is_classification(card):
        return prediction["probabilities"][card["output"]["focus"]]
    return prediction["value"]


def answer_sentence(card: Card) -> str:
    """Return what the answer value is: "risk of not paying". A label needs no words: they are of the focus label."""
    return "" if names_label(card) else card["output"].get("sentence", "")


def answer_title(card: Card, tr: Translation) -> str:
    """Return what the answer value is, as a title: "Risk of not paying", or "Estimated price of this diamond"."""
    sentence = answer_sentence(card)
    return sentence[:1].upper() + sentence[1:] if sentence else tr.text("Answer")


def label_before_number(label: str, tr: Translation) -> str:
    """Return the words of a label to stand before a number: one that is a number itself is in quotation marks."""
    return tr.text("“{label}”", label=label) if label[-1:].isdigit() else label


def answer_column(card: Card) -> str:
    """Return the name of the column that holds the answer in scored files: its number, or the label alone."""
    if names_label(card):
        return LABEL
    return probability_column(card["output"]["focus"]) if is_classification(card) else VALUE


def answer_columns(card: Card) -> list[str]:
    """Return the names of all columns that the service adds to a file, without a prefix."""
    labels = card["output"].get("labels", [])
    names = label_columns(label["value"] for label in labels) if is_classification(card) else [DECISION, VALUE, LOW, HIGH]
    return [*names, WARNINGS, ERROR_CODES, ERROR, ROW]


def format_answer(card: Card, value: float, tr: Translation) -> str:
    """Return an answer value as text, without its unit: 56%, or 3,251.

    Without probabilities, 1 is the focus label, 0 the other one, and a number between them the share of the focus.
    """
    if only_names_labels(card) and value in {0, 1}:
        return label_texts(card)[card["output"]["focus"]] if value else other_label(card, tr)
    if is_classification(card):
        return tr.percent(value, _share_decimals(card, value))
    return tr.number(value, answer_decimals(card, value))


def _share_decimals(card: Card, share: float) -> int:
    """Return the fewest decimals of per cent that show on which side of 0%, 100% and each threshold a share lies.

    20.05% is above a threshold of 20%, so it is not written as 20%.
    """
    ends = {0.0, 1.0, *(band["low"] for band in card["output"].get("bands", []))}

    def sides(value: Decimal) -> list[int]:
        return [(value > end) - (value < end) for end in map(Decimal, map(repr, ends))]

    exact = Decimal(repr(share))
    shown = {decimals: _round_share(share, decimals) for decimals in _SHARE_DECIMALS}
    return next((decimals for decimals in _SHARE_DECIMALS if sides(shown[decimals]) == sides(exact)), _SHARE_DECIMALS[-1])


def _round_share(share: float, decimals: int) -> Decimal:
    """Return a share rounded to so many decimals of per cent, as it is written."""
    return Decimal(repr(share)).quantize(Decimal(1).scaleb(-decimals - 2))


def format_answer_with_unit(card: Card, value: float, tr: Translation) -> str:
    """Return an answer value as text with its unit, if it has one: 3,251 USD."""
    unit = card["output"].get("unit", "")
    return join_unit(format_answer(card, value, tr), unit)


def format_prediction(card: Card, prediction: Prediction, tr: Translation) -> str:
    """Return the answer of a prediction as text: 56%, 3,251 USD, or its label: "sneaker", with its share if there is one."""
    if names_label(card):
        label = label_texts(card).get(prediction["label"], prediction["label"])
        share = prediction["probabilities"][prediction["label"]] if has_probabilities(card) else None
        return label if share is None else f"{label}, {format_answer(card, share, tr)}"
    return format_answer_with_unit(card, answer_value(card, prediction), tr)


def describe_answer(card: Card, value: float, tr: Translation) -> str:
    """Return an answer with what it counts: "4% risk of not paying", or 3,251 USD."""
    counted = card["output"].get("sentence", "")
    if not counted or not has_probabilities(card):
        return format_answer_with_unit(card, value, tr)
    return tr.text("{share} {counted}", share=format_answer(card, value, tr), counted=counted)


def answer_decimals(card: Card, value: float) -> int:
    """Return the number of decimals of an answer: 0 if the answers reach 1,000, else 2."""
    low, high = card["output"].get("seen") or (value, value)
    return 0 if max(abs(low), abs(high), abs(value)) >= _MIN_WITHOUT_DECIMALS else 2


def other_label(card: Card, tr: Translation) -> str:
    """Return the words for the label whose probability is not shown; with several, "others"."""
    others = [text for value, text in label_texts(card).items() if value != card["output"].get("focus", "")]
    return others[0] if len(others) == 1 else tr.text("others")


def find_contradictions(prediction: Prediction) -> list[FieldWarning]:
    """Return the warnings of a prediction whose case breaks a rule of its card."""
    return [warning for warning in prediction["warnings"] if warning["code"] == CONTRADICTION]


def knows_nothing(card: Card, prediction: Prediction) -> bool:
    """Return whether the model knows no word of a text that is all it reads: its answer would be about nothing."""
    known = (warning.get("known_words") for warning in prediction["warnings"] if warning["code"] == FEW_KNOWN_WORDS)
    return len(card["inputs"]) == 1 and any(words is not None and words["known"] == 0 for words in known)


def is_void(card: Card, prediction: Prediction) -> bool:
    """Return whether no decision follows from an answer: the case contradicts itself, or nothing of it is known."""
    return bool(find_contradictions(prediction)) or knows_nothing(card, prediction)


def describe_known_words(known_words: KnownWords, tr: Translation) -> str:
    """Return how many words of a text the model knows: "Words that the model knows: 14 of 17 (82%)."."""
    known, words = known_words["known"], known_words["words"]
    if not words:
        return tr.text("This text has no words.")
    share = tr.percent(known / words)
    numbers = {"known": tr.number(known), "words": tr.number(words), "share": share}
    return tr.text("Words that the model knows: {known} of {words} ({share}).", **numbers)


def find_band(card: Card, prediction: Prediction) -> Band | None:
    """Return the card's band of a prediction's decision; None if it has none."""
    bands = card["output"].get("bands", [])
    return next((band for band in bands if band["value"] == prediction["decision"]), None)


def field_label(field: Field) -> str:
    """Return the label of a field, or its name if the card has no label."""
    return field.get("label") or name_as_words(field["name"])


def describe_difference(card: Card, start: float, now: float, tr: Translation) -> str:
    """Return the difference of two answers in words: "16 points less", "300 USD more", "practically unchanged"."""
    change, _ = _rounded_difference(card, start, now)
    if change == 0:
        return tr.text("practically unchanged")
    if is_classification(card):
        more = tr.count("{n} point more", "{n} points more", int(change))
        return more if change > 0 else tr.count("{n} point less", "{n} points less", int(-change))
    amount = format_answer_with_unit(card, abs(change), tr)
    return tr.text("{amount} more", amount=amount) if change > 0 else tr.text("{amount} less", amount=amount)


def compare_predictions(card: Card, start: Prediction, now: Prediction, tr: Translation) -> str:
    """Return the difference of two predictions in words; without probabilities, whether the label is the same."""
    if not names_label(card):
        return describe_difference(card, answer_value(card, start), answer_value(card, now), tr)
    if start["label"] == now["label"]:
        return tr.text("the same answer")
    return tr.text("“{label}”", label=format_prediction(card, now, tr))


def format_signed_difference(card: Card, start: float, now: float, tr: Translation) -> str:
    """Return the same difference as a number with its sign: "+16", "−300"."""
    return tr.signed_number(*_rounded_difference(card, start, now))


def _rounded_difference(card: Card, start: float, now: float) -> tuple[float, int]:
    """Return the difference of two answers as they are shown, and its decimals.

    Rounded first and subtracted then: 42% and 31% differ by 11 points.
    """
    if is_classification(card):
        return int((_round_share(now, 0) - _round_share(start, 0)) * 100), 0
    decimals = max(answer_decimals(card, now), answer_decimals(card, start))
    return round(now, decimals) - round(start, decimals), decimals


def format_percentile(usualness: Usualness, tr: Translation) -> str:
    """Return the share of cases that are less rare than a case: 99% at most."""
    return tr.percent(min(99, round(usualness["percentile"])) / 100)
