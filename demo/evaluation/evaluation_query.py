"""What the page How good shows: the chosen question and its settings, and their form in the page's URL.

A URL comes from outside: values that do not fit are replaced by the defaults of the card.

    ?view=mistakes%3Fthreshold%3D0.3%26missed%3D20.0
    ?view=groups%3Fby%3DSEX
"""

from dataclasses import dataclass, replace

from client import Card
from demo.address.pairs import decode_number, decode_pairs, encode_number, encode_pairs
from demo.evaluation import threshold_costs
from demo.evaluation.threshold_costs import Policy, Prices

MAX_PRICE = 1e9
MAX_CURRENCY = 12
_PARAMETERS = {
    "approve": "approve",
    "refuse": "threshold",
    "alarm": "alarm",
    "missed": "missed",
    "person": "person",
    "volume": "volume",
}
"""The numbers of a query, each with its name in the URL."""


@dataclass(frozen=True)
class EvaluationQuery:
    """The chosen question, and its settings.

    `approve` and `refuse` are the thresholds; `alarm`, `missed` and `person` are prices in `currency`; `volume` is the
    number of cases in a year, 0 if unknown; `by` is the name of a segment.
    """

    question: str
    approve: float = 0.5
    refuse: float = 0.5
    alarm: float = 1.0
    missed: float = 5.0
    person: float = 0.0
    volume: float = 0.0
    currency: str = ""
    by: str = ""

    @property
    def policy(self) -> Policy:
        """The two thresholds; `approve` is at most `refuse`."""
        return Policy(min(self.approve, self.refuse), self.refuse)

    @property
    def prices(self) -> Prices:
        """The three prices."""
        return Prices(self.alarm, self.missed, self.person)


def default_query(card: Card, question: str) -> EvaluationQuery:
    """Return the settings of the card: its bands as thresholds, its prices."""
    policy, mistakes = threshold_costs.card_policy(card), card["output"].get("mistakes", {})
    return EvaluationQuery(
        question,
        approve=policy.approve_below,
        refuse=policy.refuse_from,
        alarm=mistakes.get("false_alarm_price", 1.0),
        missed=mistakes.get("missed_price", 5.0),
        person=mistakes.get("person_price", 0.0),
        volume=float(mistakes.get("yearly_rows", 0)),
        currency=mistakes.get("currency", ""),
    )


def encode_query(card: Card, query: EvaluationQuery) -> str:
    """Return the query as text for the URL: the question, and the settings that differ from the defaults."""
    default = default_query(card, query.question)
    numbers = {name: getattr(query, name) for name in _PARAMETERS}
    settings = {
        _PARAMETERS[name]: encode_number(value) for name, value in numbers.items() if value != getattr(default, name)
    }
    settings |= {"currency": query.currency} if query.currency != default.currency else {}
    settings |= {"by": query.by} if query.by else {}
    return f"{query.question}?{encode_pairs(settings.items())}" if settings else query.question


def decode_query(card: Card, text: str, questions: list[str], segments: list[str]) -> EvaluationQuery:
    """Return the query of a URL. Values that do not fit are replaced by the defaults."""
    question, _, rest = text.partition("?")
    settings = dict(decode_pairs(rest))
    default = default_query(card, question if question in questions else questions[0])
    numbers = {
        name: decode_number(settings.get(parameter), 0.0, 1.0 if name in {"approve", "refuse"} else MAX_PRICE)
        for name, parameter in _PARAMETERS.items()
    }
    known = {name: value for name, value in numbers.items() if value is not None}
    return replace(
        default,
        **known,  # type: ignore[arg-type] # all of them are numbers
        currency=settings.get("currency", default.currency)[:MAX_CURRENCY],
        by=settings["by"] if settings.get("by") in segments else "",
    )
