"""Sentences in the reader's language with gettext, numbers and dates with Babel.

The English texts are the message ids; the Polish catalogue is in locale/.
"""

import gettext
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent, get_decimal_symbol, get_group_symbol

_MIN_DAYS_FOR_MONTHS = 300
CATALOGUE = Path(__file__).parents[1] / "locale" / "pl" / "LC_MESSAGES" / "demo.po"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language != "pl":
        return gettext.NullTranslations()
    with CATALOGUE.open("rb") as source:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(source, locale="pl"))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@dataclass(frozen=True)
class Translation:
    """One language: translates texts and formats numbers."""

    language: str

    @property
    def decimal_sign(self) -> str:
        """Return the sign between the whole part of a number and its decimals."""
        return get_decimal_symbol(self.language)

    @property
    def group_sign(self) -> str:
        """Return the sign between thousands."""
        return get_group_symbol(self.language)

    def text(self, text: str, **words: str) -> str:
        """Return the translation of an English text, with {placeholders} filled in."""
        translated = _catalogue(self.language).gettext(text)
        return translated.format(**words) if words else translated

    def count(self, one: str, many: str, number: int, **words: str) -> str:
        """Return the translation of a text with a counted noun, in its plural form; {n} is the number."""
        return _catalogue(self.language).ngettext(one, many, number).format(n=self.number(number), **words)

    def plural_category(self, number: int) -> str:
        """Return the category of Unicode CLDR that chooses the form of a noun after a number: one, few, many or other."""
        return str(Locale(self.language).plural_form(number))

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with exactly these decimals: 1,500 or 1.50."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(value, format=pattern, locale=self.language)

    def signed_number(self, value: float, decimals: int = 0) -> str:
        """Return a difference with its sign: +13, or −4 with a true minus. A difference that rounds to 0 has no sign."""
        text = self.number(abs(value), decimals)
        if not any(digit in text for digit in "123456789"):
            return text
        return ("+" if value > 0 else "\N{MINUS SIGN}") + text

    def short_number(self, value: float) -> str:
        """Return a number with the decimals that it has, at most four: 0.715."""
        return format_decimal(value, format="#,##0.####", locale=self.language)

    def percent(self, share: float, decimals: int = 0) -> str:
        """Return a share as per cent: 0.56 → 56%."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "%"
        return format_percent(share, format=pattern, locale=self.language)

    def short_percent(self, share: float) -> str:
        """Return a share as per cent with the decimals that it has, at most two: 0.705 → 70.5%."""
        return format_percent(share, format="#,##0.##%", locale=self.language)

    def timestamp(self, moment: datetime, days: int, zone: tzinfo) -> str:
        """Return a moment on an axis of so many days, as a time, a day or a month: 14:05, 24 Nov, Nov 2026."""
        skeleton = "Hm" if days < 1 else "MMMd" if days < _MIN_DAYS_FOR_MONTHS else "yMMM"
        return format_skeleton(skeleton, moment.astimezone(zone), locale=self.language)

    def date(self, text: str) -> str:
        """Return an ISO date such as 2026-11-27, or a month such as 2026-11, as people write it; another text unchanged."""
        is_month = len(text) == len("2026-11")
        try:
            day = date.fromisoformat(f"{text}-01" if is_month else text)
            return format_date(day, "MMMM y" if is_month else "long", locale=self.language)
        except ValueError:
            return text

    def language_name(self, code: str) -> str:
        """Return the name of a language in the reader's language: Polish for pl. An unknown code is returned unchanged."""
        return str(Locale(self.language).languages.get(code, code))

    def day_and_time(self, moment: datetime) -> str:
        """Return a moment in full, in its own time zone: 29 lis 2026, 14:30."""
        day, time = format_date(moment, "medium", locale=self.language), format_skeleton("Hm", moment, locale=self.language)
        return f"{day}, {time}"

    def time_ago(self, seconds: float) -> str:
        """Return how long ago something was: 5 hours ago."""
        return format_timedelta(timedelta(seconds=-max(seconds, 1.0)), add_direction=True, locale=self.language)
