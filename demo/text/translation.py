"""Words and numbers in the reader's language: gettext for the sentences, Babel for the numbers.

English texts are the source; Polish ones are in locale/.
"""

import gettext
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_skeleton, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

_MANY_DAYS = 300
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
    """One language. `say` translates, with the given words filled in."""

    language: str

    def text(self, text: str, **words: str) -> str:
        translated = _catalogue(self.language).gettext(text)
        return translated.format(**words) if words else translated

    def count(self, one: str, many: str, number: int, **words: str) -> str:
        """Say a sentence with a counted noun; {n} is the number."""
        return _catalogue(self.language).ngettext(one, many, number).format(n=self.number(number), **words)

    def number(self, value: float, decimals: int = 0) -> str:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(value, format=pattern, locale=self.language)

    def signed(self, value: float, decimals: int = 0) -> str:
        """Write a difference: +13, or −4 with a true minus; what rounds to nothing has no sign."""
        text = self.number(abs(value), decimals)
        if not any(digit in text for digit in "123456789"):
            return text
        return ("+" if value > 0 else "\N{MINUS SIGN}") + text

    def plain_number(self, value: float) -> str:
        """Write a field's value: as many decimals as it has, four at most."""
        return format_decimal(value, format="#,##0.####", locale=self.language)

    def percent(self, share: float, decimals: int = 0) -> str:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "%"
        return format_percent(share, format=pattern, locale=self.language)

    def moment(self, at: datetime, days: int, zone: tzinfo) -> str:
        """Write when something was, as precisely as it takes on a way of so many days: 14:05, 24 Nov, Nov 2026."""
        skeleton = "Hm" if days < 1 else "MMMd" if days < _MANY_DAYS else "yMMM"
        return format_skeleton(skeleton, at.astimezone(zone), locale=self.language)

    def day(self, written: str) -> str:
        """Write a day such as 2026-11-27 as people do; as it is where it is none."""
        try:
            return format_date(date.fromisoformat(written), "long", locale=self.language)
        except ValueError:
            return written

    def day_and_time(self, at: datetime) -> str:
        """Write a moment in full, as its own clock shows it: 29 lis 2026, 14:30."""
        return f"{format_date(at, 'medium', locale=self.language)}, {format_skeleton('Hm', at, locale=self.language)}"

    def ago(self, seconds: float) -> str:
        """Say how long ago something was: 5 hours ago."""
        return format_timedelta(timedelta(seconds=-max(seconds, 1.0)), add_direction=True, locale=self.language)
