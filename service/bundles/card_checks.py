"""Check that a card is consistent: names, inputs, labels, bands."""

import math
import re
from itertools import pairwise

import msgspec

from service.errors import BrokenBundle, InvalidInput
from service.fields.lookup import number_fields, types_of
from service.fields.text import TextType
from service.rows.checks import Checks
from service.rows.rule_checks import RuleChecks
from service.schemas import Band, Card, Classification, Input, IntervalRule, Mistakes
from wire.model_folder.model_names import MODEL_NAME

_KEY = re.compile(r"[A-Za-z0-9_]{1,64}")
_MAX_NAME_LENGTH = 256
_RESERVED_CHARACTERS = {'"', "\\"}
_MIN_LABELS = 2
_MAX_MARGIN = 100
"""The ends of an interval are the value times and divided by e^margin: beyond this, an end of it has no meaning."""
MAX_PRICE = 1e9


def check_card(card: Card) -> None:
    """Raise BrokenBundle with the reason if a card is inconsistent."""
    _check_names(card)
    for field in types_of(card):
        fault = field.card_fault()
        if fault is not None:
            raise BrokenBundle(f"{field.name} {fault}")
        if not (isinstance(field, TextType) and field.field.default == ""):  # the text that a form begins with
            _check_default(card, field.field)
    if card.real_truths and len(card.real_truths) != len(card.real_rows):
        raise BrokenBundle("the card must give the truth of every real row, or of none")
    RuleChecks(card.rules, number_fields(card))
    if isinstance(card.output, Classification):
        _check_labels(card.output)
        if card.output.mistakes:
            _check_mistakes(card.output.mistakes)
    elif card.output.interval is not None:
        _check_interval(card.output.interval)
    _check_bands(card.output.bands)
    ends = [end for band in card.output.bands for end in (band.low, band.high)]
    if isinstance(card.output, Classification) and ends and (min(ends) != 0 or max(ends) != 1):
        raise BrokenBundle("the bands must cover 0 to 1")


def _check_names(card: Card) -> None:
    """Check the names of the card, its inputs, its main fields and its entity."""
    if not MODEL_NAME.fullmatch(card.name):
        raise BrokenBundle("the card's name may hold small letters, digits and hyphens only")
    names = [field.name for field in card.inputs]
    if not names or len(set(names)) != len(names):
        raise BrokenBundle("the card's inputs need names, each once")
    if not all(map(_is_field_name, names)):
        raise BrokenBundle("a name of an input is empty, too long, or holds a quote, a backslash or a control character")
    if card.entity and (not _KEY.fullmatch(card.entity.key) or card.entity.key in names):
        raise BrokenBundle("the key of the entity needs a name that no input has, of letters, digits and underscores")
    if len(set(card.main_fields)) != len(card.main_fields) or not set(card.main_fields) <= set(names):
        raise BrokenBundle("the main fields must be names of inputs, each once")


def _is_field_name(name: str) -> bool:
    return 0 < len(name) <= _MAX_NAME_LENGTH and name.isprintable() and not set(name) & _RESERVED_CHARACTERS


def _check_default(card: Card, field: Input) -> None:
    """Check the default of a field as the value of a row; no default is right too."""
    if field.default is None:
        return
    try:
        Checks(msgspec.structs.replace(card, inputs=(field,), rules=())).columns([{field.name: field.default}])
    except InvalidInput as error:
        reason = error.faults[0].message.rstrip(".")
        raise BrokenBundle(f"{field.name} has a default that does not fit: {reason}") from None


def _check_labels(output: Classification) -> None:
    labels = [label.value for label in output.labels]
    if len(labels) < _MIN_LABELS or len(set(labels)) != len(labels) or output.focus not in labels:
        raise BrokenBundle("the output needs two labels or more, the focus among them")


def _check_interval(rule: IntervalRule) -> None:
    if not (0 <= rule.margin <= _MAX_MARGIN and 0 < rule.coverage < 1):
        raise BrokenBundle(f"the interval needs a margin from 0 to {_MAX_MARGIN} and a coverage between 0 and 1")


def _check_mistakes(mistakes: Mistakes) -> None:
    numbers = (mistakes.false_alarm_price, mistakes.missed_price, mistakes.person_price, mistakes.yearly_rows)
    if not all(0 <= number <= MAX_PRICE for number in numbers):
        raise BrokenBundle(f"the prices of mistakes and the rows of a year must lie between 0 and {MAX_PRICE:.0f}")


def _check_bands(bands: tuple[Band, ...]) -> None:
    """Check that bands follow each other, upwards or downwards, without gaps and overlaps."""
    names = [band.value for band in bands]
    if len(set(names)) != len(names):
        raise BrokenBundle("the bands need names, each once")
    for band in bands:
        if not (math.isfinite(band.low) and math.isfinite(band.high) and band.low < band.high):
            raise BrokenBundle(f"the band {band.value[:64]} must end above where it begins")
    ascending = bands if len(bands) < _MIN_LABELS or bands[0].low < bands[1].low else bands[::-1]
    for lower, upper in pairwise(ascending):
        if lower.high != upper.low:
            fault = "leave a gap between" if lower.high < upper.low else "overlap or are out of order at"
            raise BrokenBundle(f"the bands {fault} {lower.value[:64]} and {upper.value[:64]}")
