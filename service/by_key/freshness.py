"""The allowed age of stored values: when a prediction is stale, when a feature is expired, and what happens then."""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.schemas import Card

_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Freshness:
    """The limits for cards that name no other limits."""

    max_age_hours: float
    rescore: bool
    """True: score the stored row of a stale prediction again. False: answer with the prediction, marked as stale."""
    features_max_age_hours: float
    refuse_expired: bool
    """True: refuse to score expired values. False: score them with a warning."""
    same_version_only: bool = False
    """True: the caller names a version, so a stored prediction of another version is scored again."""

    def is_stale(self, card: Card, version: str, computed_at: str) -> bool:
        limit = card.entity.max_age_hours if card.entity else None
        return version != card.version or _is_older(computed_at, self.max_age_hours if limit is None else limit)

    def is_usable(self, card: Card, version: str) -> bool:
        """Return whether a stored prediction of this version may be the answer, stale or not."""
        return not self.same_version_only or version == card.version

    def is_expired(self, card: Card, computed_at: str) -> bool:
        limit = card.entity.features_max_age_hours if card.entity else None
        return _is_older(computed_at, self.features_max_age_hours if limit is None else limit)


def age_seconds(computed_at: str) -> float:
    return max(0.0, round((datetime.now(UTC) - datetime.fromisoformat(computed_at)).total_seconds(), 3))


def _is_older(computed_at: str, hours: float) -> bool:
    return age_seconds(computed_at) > hours * _SECONDS_AN_HOUR
