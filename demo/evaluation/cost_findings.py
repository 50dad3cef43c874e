"""The finding on mistakes and their cost: what two thresholds decide, what that costs, and what other policies cost."""

from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from client import Card, Classification
from demo.charts import estimate_chart
from demo.charts.estimate_chart import Estimate
from demo.evaluation import threshold_costs
from demo.evaluation.evaluation_query import EvaluationQuery
from demo.evaluation.findings import Finding, explain_intervals, focus_label, make_axis
from demo.evaluation.price_text import MANY, format_price, round_price
from demo.evaluation.threshold_costs import Cost, Outcome, Policy, ProbabilityBin
from demo.text.markup import TableRow, build_scrollable, build_table
from demo.text.translation import Translation
from demo.text.wording import other_label

_ABOVE_ALL = 2.0
"""A threshold above every probability."""
_APPROVE_ALL, _ASK_ABOUT_ALL = Policy(_ABOVE_ALL, _ABOVE_ALL), Policy(0.0, _ABOVE_ALL)


def band_label(card: Card, index: int, fallback: str) -> str:
    """Return the label of a band of the card; without bands, the fallback."""
    bands = card["output"].get("bands", [])
    return bands[index].get("label") or bands[index]["value"] if bands else fallback


def approve_label(card: Card, tr: Translation) -> str:
    """Return the word for the good decision."""
    return band_label(card, 0, tr.text("Not flagged"))


def refuse_label(card: Card, tr: Translation) -> str:
    """Return the word for the bad decision."""
    return band_label(card, -1, tr.text("Flagged"))


def false_alarm_label(card: Card, tr: Translation) -> str:
    """Return the words for a good case that is refused: "Good clients refused"."""
    return card["output"].get("mistakes", {}).get("false_alarm") or tr.text("Wrongly “{band}”", band=refuse_label(card, tr))


def missed_label(card: Card, tr: Translation) -> str:
    """Return the words for a bad case that is approved: "Defaults approved"."""
    return card["output"].get("mistakes", {}).get("missed") or tr.text("Wrongly “{band}”", band=approve_label(card, tr))


def describe_mistakes(card: Card, outcome: Outcome, tr: Translation) -> str:
    """Return how many good cases are refused, how many bad ones are approved, and how many a person is asked about."""
    good = outcome.approved.good + outcome.asked.good + outcome.refused.good
    bad = outcome.approved.bad + outcome.asked.bad + outcome.refused.bad
    parts = [
        _describe_part(false_alarm_label(card, tr), outcome.refused.good, good, tr),
        _describe_part(missed_label(card, tr), outcome.approved.bad, bad, tr),
    ]
    if threshold_costs.has_person(card):
        asked = outcome.asked.good + outcome.asked.bad
        parts.append(_describe_part(band_label(card, 1, ""), asked, good + bad, tr))
    return " ".join(parts)


def _describe_part(name: str, count: int, cases: int, tr: Translation) -> str:
    return tr.text(
        "{name}: {count} of {cases} ({share}).",
        name=name,
        count=tr.number(count),
        cases=tr.number(cases),
        share=tr.percent(count / cases if cases else 0.0, 1),
    )


def build_outcome_table(card: Card, outcome: Outcome, tr: Translation) -> Markup:
    """Return an HTML table: what really happened in rows, what the policy decides in columns."""
    columns = [(approve_label(card, tr), outcome.approved, "right", "wrong")]
    if threshold_costs.has_person(card):
        columns.append((band_label(card, 1, ""), outcome.asked, "", ""))
    columns.append((refuse_label(card, tr), outcome.refused, "wrong", "right"))
    rows = [
        TableRow(
            name,
            [tr.number(each.bad if is_bad else each.good) for _, each, *_ in columns],
            cell_classes=[classes[is_bad] for _, _, *classes in columns],
        )
        for is_bad, name in enumerate(_truth_labels(card, tr))
    ]
    return build_scrollable(build_table([label for label, *_ in columns], rows, "confusion"))


def _truth_labels(card: Card, tr: Translation) -> tuple[str, str]:
    """Return the words for the truth of good and of bad cases."""
    names = (other_label(card, tr), focus_label(card))
    return names[::-1] if threshold_costs.is_mirrored(card) else names


def describe_policy(card: Card, policy: Policy, tr: Translation) -> str:
    """Return the thresholds of a policy in words: "Approve below 20%, Refuse from 50%"."""
    refuse = tr.text("{band} from {threshold}", band=refuse_label(card, tr), threshold=tr.percent(policy.refuse_from))
    if policy.approve_below == policy.refuse_from:
        return refuse
    approve = tr.text("{band} below {threshold}", band=approve_label(card, tr), threshold=tr.percent(policy.approve_below))
    return f"{approve}, {refuse}"


@dataclass(frozen=True)
class CostReport:
    """The costs of policies on the held-out cases, scaled to a year if the volume is known."""

    card: Card
    evaluation: Classification
    query: EvaluationQuery
    tr: Translation

    @cached_property
    def _bins(self) -> list[ProbabilityBin]:
        return threshold_costs.make_bins(self.card, self.evaluation)

    @cached_property
    def outcome(self) -> Outcome:
        """What the chosen thresholds decide."""
        return threshold_costs.measure(self._bins, self.query.policy)

    @cached_property
    def cheapest(self) -> Policy:
        """The cheapest thresholds."""
        person = threshold_costs.has_person(self.card)
        return threshold_costs.find_cheapest(self._bins, self.query.prices, person=person)

    @property
    def _scale(self) -> float:
        return self.query.volume / self.evaluation["rows"] if self.query.volume else 1.0

    def describe(self, theme: str, other: tuple[Card, Classification] | None = None) -> Finding:
        """Describe the costs and savings. `other` is another model on the same cases: today's scorecard."""
        tr = self.tr
        scale = self._scale
        estimates = [
            Estimate(name, each.value * scale, each.low * scale, each.high * scale, self._format(each.value))
            for name, each in self._costs(other).items()
        ]
        title = tr.text("Cost in a year") if self.query.volume else tr.text("Cost of these cases")
        divisor = MANY if max(each.high for each in estimates) >= MANY else 1
        unit = " ".join(part for part in (tr.text("million") if divisor > 1 else "", self.query.currency) if part)
        title += f", {unit}" if unit else ""
        axis = make_axis(title, estimates, [0.0], lambda amount: tr.short_number(amount / divisor))
        notes = [
            self._describe_saving(),
            self._describe_refusals_in_good_band(),
            self._explain(),
            explain_intervals(tr, in_chart=True),
        ]
        return Finding(
            self._describe_cheapest(),
            estimate_chart.draw_estimates(estimates, axis, theme),
            tuple(note for note in notes if note),
        )

    def _costs(self, other: tuple[Card, Classification] | None) -> dict[str, Cost]:
        tr, person = self.tr, threshold_costs.has_person(self.card)
        policies = {
            tr.text("All: {band}", band=approve_label(self.card, tr)): _APPROVE_ALL,
            tr.text("The model's own thresholds"): threshold_costs.card_policy(self.card),
            tr.text("Your thresholds"): self.query.policy,
            tr.text("The cheapest thresholds"): self.cheapest,
        }
        if person:
            policies[tr.text("All: {band}", band=band_label(self.card, 1, ""))] = _ASK_ABOUT_ALL
        costs = {name: threshold_costs.cost(self._bins, policy, self.query.prices) for name, policy in policies.items()}
        if other:
            bins = threshold_costs.make_bins(*other)
            best = threshold_costs.find_cheapest(bins, self.query.prices, person=person)
            name = tr.text("{model}: cheapest thresholds", model=other[0]["title"])
            costs[name] = threshold_costs.cost(bins, best, self.query.prices)
        return costs

    def _describe_cheapest(self) -> str:
        tr, prices = self.tr, self.query.prices
        policy = describe_policy(self.card, self.query.policy, tr)
        cost, cheapest_cost = (
            round_price(threshold_costs.cost(self._bins, each, prices).value * self._scale)
            for each in (self.query.policy, self.cheapest)
        )
        saved = threshold_costs.saving(self._bins, self.cheapest, self.query.policy, prices)
        if saved.value <= 0:
            return tr.text(
                "{policy}: total cost {cost}. No other thresholds are cheaper.",
                policy=policy,
                cost=format_price(cost, self.query.currency, tr),
            )
        difference = format_price(cost - cheapest_cost, self.query.currency, tr)  # of the amounts that the page shows
        return tr.text(
            "{policy}: total cost {cost}. Cheapest: {cheapest}, {saved} less{doubt}.",
            policy=policy,
            cost=format_price(cost, self.query.currency, tr),
            cheapest=describe_policy(self.card, self.cheapest, tr),
            saved=self._format_interval(saved, difference if cost > cheapest_cost else ""),
            doubt=tr.text(", which may be chance") if saved.low <= 0 else "",
        )

    def _describe_saving(self) -> str:
        tr, decision = self.tr, approve_label(self.card, self.tr)
        saved = threshold_costs.saving(self._bins, self.query.policy, _APPROVE_ALL, self.query.prices)
        if saved.value < 0:
            return tr.text(
                "Your thresholds cost {amount} more than “{decision}” for all.",
                amount=self._format_interval(Cost(-saved.value, -saved.high, -saved.low)),
                decision=decision,
            )
        return tr.text(
            "Your thresholds save {amount} compared with “{decision}” for all.",
            amount=self._format_interval(saved),
            decision=decision,
        )

    def _describe_refusals_in_good_band(self) -> str:
        """Return a sentence if the cheapest policy refuses cases that the card's best band approves; else nothing."""
        tr, approve_below = self.tr, threshold_costs.card_policy(self.card).approve_below
        if not self.card["output"].get("bands") or self.cheapest.refuse_from >= approve_below:
            return ""
        return tr.text(
            "The cheapest “{refuse}” begins at {threshold}, inside the model's own band “{approve}” (below "
            "{end}): these costs do not fit these bands.",
            refuse=refuse_label(self.card, tr),
            threshold=tr.percent(self.cheapest.refuse_from),
            approve=approve_label(self.card, tr),
            end=tr.percent(approve_below),
        )

    def _explain(self) -> str:
        tr, texts = self.tr, []
        if threshold_costs.has_person(self.card):
            texts.append(tr.text("Assumption: a person always decides correctly."))
        if self.query.volume:
            rows, volume = tr.number(self.evaluation["rows"]), tr.number(self.query.volume)
            texts.append(tr.text("Measured on {rows} cases, scaled to {volume} in a year.", rows=rows, volume=volume))
        return " ".join(texts)

    def _format(self, amount: float) -> str:
        return format_price(amount * self._scale, self.query.currency, self.tr)

    def _format_interval(self, amount: Cost, shown: str = "") -> str:
        """Return an amount with its interval; `shown` stands for its value."""
        value, low, high = (self._format(end) for end in (amount.value, amount.low, amount.high))
        return self.tr.text("{value} ({low} to {high})", value=shown or value, low=low, high=high)
