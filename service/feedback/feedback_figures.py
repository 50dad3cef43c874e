"""How often people agree with each version of each model: their last verdicts, counted once for each person and case."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping

import msgspec

from service.evaluation.intervals import proportion
from service.schemas import Row
from service.schemas.meetings.agreement_figures import AgreementFigures, FeedbackFigures
from service.schemas.shape import Shape
from service.store.meetings.feedback_records import FeedbackRecord, iterate_feedback
from service.store.store import Store

_SCALARS = str | int | float | bool | None


class _Case(Shape, frozen=True, forbid_unknown_fields=False):
    """The row of an entry; the rest of its content, up to 130 kB, is not read."""

    row: Row


_CASE = msgspec.json.Decoder(_Case)


def read_figures(store: Store, filters: Mapping[str, str]) -> FeedbackFigures:
    """Return the figures of the feedback that fits the filters. Raises StorageUnavailable."""
    return count_opinions(iterate_feedback(store, filters))


def count_opinions(records: Iterable[FeedbackRecord]) -> FeedbackFigures:
    """Return the figures of entries, given the newest first: of one person and case, the first one counts."""
    entries: Counter[tuple[str, str]] = Counter()
    people: defaultdict[tuple[str, str], set[tuple[str, bool]]] = defaultdict(set)
    opinions: defaultdict[tuple[str, str], dict[Hashable, str]] = defaultdict(dict)
    for record in records:
        version = (record.model, record.version)
        person = (record.id, False) if record.person is None else (record.person, True)
        entries[version] += 1
        people[version].add(person)
        opinions[version].setdefault((person, _case(record)), record.verdict)
    return FeedbackFigures(items=list(_figures(entries, people, opinions)))


def _figures(
    entries: Mapping[tuple[str, str], int],
    people: Mapping[tuple[str, str], set[tuple[str, bool]]],
    opinions: Mapping[tuple[str, str], Mapping[Hashable, str]],
) -> Iterator[AgreementFigures]:
    for (model, version), count in entries.items():
        verdicts = Counter(opinions[model, version].values())
        decided = verdicts["agree"] + verdicts["disagree"]
        share = proportion(verdicts["agree"], decided)
        yield AgreementFigures(
            model=model,
            version=version,
            entries=count,
            people=len(people[model, version]),
            agree=verdicts["agree"],
            disagree=verdicts["disagree"],
            unsure=verdicts["unsure"],
            agreement=share.value if decided else None,
            interval=[share.low, share.high] if decided else None,
        )


def _case(record: FeedbackRecord) -> Hashable:
    """Return what two entries have in common if they are about the same case: 50 and 50.0 are the same value."""
    row = _CASE.decode(record.content).row
    return frozenset((name, _plain(value)) for name, value in row.items())


def _plain(value: object) -> Hashable:
    """Return a value of a row; one that is no scalar, which an unknown version may have, as JSON."""
    return value if isinstance(value, _SCALARS) else msgspec.json.encode(value, order="deterministic")
