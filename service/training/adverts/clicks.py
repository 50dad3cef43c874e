"""Invented clicks: a formula with noise says how often an advert is clicked. `docs/adverts.md` explains the formula.

The formula uses what is drawn (the motif, the true language, …), not what a nightly job reads from the picture.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SEED = 1809
SHOWINGS_OF_AN_ADVERT = 20
VIEWS = 1000
USUAL_CLICKS = 20
"""Of 1,000 views. A showing with more clicks is one that was clicked more than usual."""
LUCK_OF_AN_ADVERT, LUCK_OF_A_SHOWING = 0.15, 0.25

PLACEMENTS = ("feed", "story", "banner", "search")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AGE_GROUPS = ("18-24", "25-34", "35-49", "50-64", "65+")
BUDGETS = (20, 50, 100, 150, 200, 300, 500)

BASE = -0.2
TEXT_SHARE, MUCH_TEXT = -5.0, 0.1
"""Per unit of the text share above `MUCH_TEXT`."""
BRIGHTNESS, BRIGHTNESS_OF_DARK_STORIES, MEDIUM_BRIGHTNESS = 0.8, -1.2, 0.45
"""Per unit of brightness above the medium one. In a story from 20 o'clock, dark pictures do better."""
BUDGET, MAX_BUDGET, USUAL_BUDGET = 0.2, 300, 100
"""Per natural logarithm of the budget against the usual one. More than `MAX_BUDGET` changes nothing."""


@dataclass(frozen=True)
class Advert:
    """What the formula uses of a drawn advert."""

    advert_id: int
    motif: str
    language: str
    has_price: bool
    text_share: float
    brightness: float

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Advert":
        """Return the advert of a row of `adverts.csv`."""
        return cls(
            advert_id=int(row["advert_id"]),
            motif=row["motif"],
            language=row["language"],
            has_price=row["currency"] != "none",
            text_share=float(row["text_share"]),
            brightness=float(row["brightness"]),
        )


@dataclass(frozen=True)
class Showing:
    """Where, when and to whom an advert is shown 1,000 times, and what is paid a day."""

    placement: str
    weekday: str
    hour: int
    age_group: str
    budget: int


@dataclass(frozen=True)
class Effect:
    """What is added to the logarithm of the click rate if all conditions hold. An empty condition always holds."""

    added: float
    motifs: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    has_price: bool | None = None
    placements: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    """The first and the last hour."""
    ages: tuple[str, ...] = ()

    def holds(self, advert: Advert, showing: Showing) -> bool:
        """Tell whether all conditions hold."""
        return (
            (not self.motifs or advert.motif in self.motifs)
            and (not self.languages or advert.language in self.languages)
            and (self.has_price is None or advert.has_price == self.has_price)
            and (not self.placements or showing.placement in self.placements)
            and (not self.weekdays or showing.weekday in self.weekdays)
            and (not self.hours or self.hours[0] <= showing.hour <= self.hours[1])
            and (not self.ages or showing.age_group in self.ages)
        )


_WEEKEND = ("sat", "sun")
EFFECTS = (
    Effect(0.35, has_price=True, placements=("feed", "banner", "search")),
    Effect(-0.1, has_price=True, placements=("story",)),
    Effect(-0.15, languages=("en",), ages=("25-34",)),
    Effect(-0.4, languages=("en",), ages=("35-49", "50-64", "65+")),
    Effect(0.15, motifs=("cat",)),
    Effect(-0.3, motifs=("brick",)),
    Effect(-0.2, motifs=("gravel",)),
    Effect(0.5, motifs=("cat",), ages=("18-24",)),
    Effect(0.3, motifs=("cat",), ages=("25-34",)),
    Effect(0.4, motifs=("rocket",), ages=("18-24",)),
    Effect(0.5, motifs=("grass", "eye"), ages=("50-64", "65+")),
    Effect(0.5, motifs=("coffee",), hours=(6, 10)),
    Effect(-0.3, motifs=("coffee",), hours=(20, 23)),
    Effect(0.4, motifs=("stars",), hours=(18, 23)),
    Effect(0.4, motifs=("horse", "camera"), weekdays=_WEEKEND),
    Effect(0.1, placements=("story",)),
    Effect(-0.45, placements=("banner",)),
    Effect(0.3, placements=("search",)),
    Effect(-0.4, hours=(0, 5)),
    Effect(0.4, placements=("story",), hours=(19, 23)),
    Effect(0.25, placements=("search",), hours=(9, 16)),
    Effect(0.25, placements=("feed",), hours=(7, 9)),
    Effect(0.25, placements=("feed",), hours=(17, 20)),
    Effect(0.15, placements=("feed", "story", "banner"), weekdays=_WEEKEND),
    Effect(-0.3, placements=("search",), weekdays=_WEEKEND),
)


def expected_effect(advert: Advert, showing: Showing) -> float:
    """Return the natural logarithm of the expected click rate against the usual one."""
    is_dark_story = showing.placement == "story" and showing.hour >= 20
    brightness = BRIGHTNESS_OF_DARK_STORIES if is_dark_story else BRIGHTNESS
    return (
        BASE
        + TEXT_SHARE * max(0.0, advert.text_share - MUCH_TEXT)
        + brightness * (advert.brightness - MEDIUM_BRIGHTNESS)
        + BUDGET * math.log(min(showing.budget, MAX_BUDGET) / USUAL_BUDGET)
        + sum(effect.added for effect in EFFECTS if effect.holds(advert, showing))
    )


def write_showings(adverts: Sequence[Advert], file: Path) -> None:
    """Write the showings of all adverts with their clicks as CSV. The same adverts give the same clicks."""
    random = np.random.default_rng(SEED)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(["advert_id", "placement", "weekday", "hour", "age_group", "budget", "clicks"])
        for advert in adverts:
            luck = random.normal(0.0, LUCK_OF_AN_ADVERT)
            for _ in range(SHOWINGS_OF_AN_ADVERT):
                showing = _draw_showing(random)
                effect = expected_effect(advert, showing) + luck + random.normal(0.0, LUCK_OF_A_SHOWING)
                clicks = random.binomial(VIEWS, min(1.0, USUAL_CLICKS / VIEWS * math.exp(effect)))
                fresh = (showing.placement, showing.weekday, showing.hour, showing.age_group, showing.budget)
                writer.writerow([advert.advert_id, *fresh, int(clicks)])


def _draw_showing(random: np.random.Generator) -> Showing:
    def one_of(values: Sequence[Any]) -> Any:
        return values[int(random.integers(len(values)))]

    hour = int(random.choice(24, p=_SHARE_OF_HOUR))
    return Showing(one_of(PLACEMENTS), one_of(WEEKDAYS), hour, one_of(AGE_GROUPS), one_of(BUDGETS))


_SHARE_OF_HOUR = [(0.3 if hour < 6 else 1.0) / (0.3 * 6 + 18) for hour in range(24)]
