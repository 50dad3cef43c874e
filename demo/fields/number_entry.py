"""The box in which a person types a number. It shows the number that is scored, with all digits, in the reader's format."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from demo.fields.field_type import InvalidEntry
from demo.text.number_text import format_exactly, join_unit, parse_number, parse_thousands
from demo.text.translation import Translation

KEY_STEPS = "key_steps"
"""In the session state: CSS class of a box → the numbers that its arrow keys need. The boxes of this run."""
_MAX_SHOWN_LETTERS = 40
_GROUP_DIGITS = 3
_MAX_SLIDER_STEPS = 400
"""A slider with more steps cannot be set exactly."""
_NOT_IN_A_CLASS = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True, kw_only=True)
class NumberEntry:
    """The limits of a number, and how it is written."""

    low: float = -math.inf
    high: float = math.inf
    step: float = 1.0
    unit: str = ""
    is_whole: bool = False
    is_percent: bool = False
    is_nullable: bool = False

    def write(self, number: float | None, tr: Translation) -> str:
        """Return a number as the text of the box; empty for None."""
        if number is None:
            return ""
        return format_exactly(number, tr, min_decimals=self._decimals(), percent=self.is_percent)

    def read(self, text: str, current: float | None, tr: Translation) -> int | float | None:
        """Return the number of a typed text. Raises InvalidEntry, with the number that the box has instead.

        It is `current` for a text that is not accepted, and the number that was read for a text with two meanings.
        """
        if not text.strip() and self.is_nullable:
            return None
        reason = self._find_fault(text, tr)
        if reason:
            again = tr.text("The value is {value} again.", value=self._with_unit(current, tr)) if current is not None else ""
            raise InvalidEntry(f"{reason} {again}".strip(), current)
        number = parse_number(text, tr, percent=self.is_percent)
        thousands = parse_thousands(text, tr, percent=self.is_percent)
        if thousands is None or not self.low <= thousands <= self.high or self._decimals() >= _GROUP_DIGITS:
            return number
        sentence = tr.text(
            "“{entry}” was read as {value}. For {thousands}, type {digits}.",
            entry=text.strip(),
            value=self._with_unit(number, tr),
            thousands=self._with_unit(thousands, tr),
            digits=text.strip().replace(tr.decimal_sign, ""),
        )
        raise InvalidEntry(sentence, number)

    def _find_fault(self, text: str, tr: Translation) -> str:
        """Return why a text is not accepted; empty if it is."""
        if not text.strip():
            return tr.text("This field cannot be empty.")
        entry = text.strip()[:_MAX_SHOWN_LETTERS]
        try:
            number = parse_number(text, tr, percent=self.is_percent)
        except ValueError:
            return tr.text("“{entry}” is not a number.", entry=entry)
        if not self.low <= number <= self.high:
            return self._describe_limits(tr)
        return tr.text("“{entry}” is not a whole number.", entry=entry) if self.is_whole and number % 1 else ""

    def _describe_limits(self, tr: Translation) -> str:
        low, high = (self._with_unit(end, tr) if math.isfinite(end) else "" for end in (self.low, self.high))
        if low and high:
            return tr.text("Allowed: {low} to {high}.", low=low, high=high)
        return tr.text("Allowed: at least {low}.", low=low) if low else tr.text("Allowed: at most {high}.", high=high)

    def _with_unit(self, number: float | None, tr: Translation) -> str:
        text = self.write(number, tr)
        return text if self.is_percent else join_unit(text, self.unit)

    def _decimals(self) -> int:
        """Return the decimals of the step, as the box shows it."""
        shown_step = self.step * 100 if self.is_percent else self.step
        return max(0, -math.floor(math.log10(shown_step) + 1e-9)) if shown_step < 1 else 0

    def list_options(self, numbers: Iterable[float], tr: Translation) -> list[str]:
        """Return the texts of a slider: each step between the limits, and these numbers. Empty if it has too many steps."""
        low, high, step = (Decimal(repr(number)) for number in (self.low, self.high, self.step))
        if not (high - low).is_finite() or (high - low) / step > _MAX_SLIDER_STEPS:
            return []
        steps = {float(low + step * index) for index in range(int((high - low) / step) + 1)}
        return [self.write(number, tr) for number in sorted({*steps, self.high, *numbers})]

    def draw(self, title: str, key: str, tr: Translation, **options: Any) -> None:
        """Draw the box with these options of Streamlit. The arrow keys change the number by a step."""
        factor = 100 if self.is_percent else 1
        ends = [end * factor if math.isfinite(end) else None for end in (self.low, self.high)]
        steps: dict[str, Any] = st.session_state.setdefault(KEY_STEPS, {})
        steps["st-key-" + _NOT_IN_A_CLASS.sub("-", key.strip())] = [self.step * factor, *ends]
        placeholder = tr.text("not known") if self.is_nullable else None
        st.text_input(title, key=key, **({"placeholder": placeholder} | options))
