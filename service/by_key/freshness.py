"""How old what is stored may be: when a prediction is stale, when a feature is expired, and what is done then."""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.schemas import Card

_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Freshness:
    """What holds where the card does not say its own."""

    max_age_hours: float
    rescore: bool
    """Score the stored row of a stale prediction anew, instead of answering with a prediction that says that it is stale."""
    features_max_age_hours: float
    refuse_expired: bool
    """Refuse to score stored values that are expired, instead of scoring them with a warning."""

    def is_stale(self, card: Card, version: str, computed_at: str) -> bool:
        own = card.entity.max_age_hours if card.entity else None
        return version != card.version or _is_older(computed_at, self.max_age_hours if own is None else own)

    def is_expired(self, card: Card, computed_at: str) -> bool:
        own = card.entity.features_max_age_hours if card.entity else None
        return _is_older(computed_at, self.features_max_age_hours if own is None else own)


def age_seconds(computed_at: str) -> float:
    return max(0.0, round((datetime.now(UTC) - datetime.fromisoformat(computed_at)).total_seconds(), 3))


def _is_older(computed_at: str, hours: float) -> bool:
    return age_seconds(computed_at) > hours * _SECONDS_AN_HOUR
