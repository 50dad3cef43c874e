"""What `add` prints at its end: what was understood, what was noticed, how the model is served, and how good it is."""

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from service.bundles.model import Model
from service.publishing.drafting.findings import Finding
from service.schemas import Classification, Metric

_MAX_FINDINGS = 20
_TIMED_CALLS = 200
_TIMED_SECONDS = 1.0
_PLURALS = {"category": "categories"}


@dataclass(frozen=True)
class Addition:
    """A model that was published."""

    model: Model
    rows: int
    """The rows of the sample."""
    findings: tuple[Finding, ...]
    seconds: float


def describe_addition(addition: Addition) -> str:
    """Return the lines of the summary."""
    card = addition.model.card
    lines = [
        f"{card.name}, version {card.version[:12]}, published in {addition.seconds:.1f} s",
        f"  model     {card.training.algorithm if card.training else ''}: {_answers(addition.model)}",
        f"  fields    {_fields(addition.model)}, from {addition.rows:,} rows",
        f"  served    {_scoring(addition.model)}",
        *_metrics(addition.model),
        *_findings(addition.findings),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _answers(model: Model) -> str:
    output = model.card.output
    if not isinstance(output, Classification):
        return "a number"
    words = ", ".join(label.value[:24] for label in output.labels[:4]) + (" …" if len(output.labels) > 4 else "")  # noqa: PLR2004
    kind = "probabilities" if output.scores == "probabilities" else "a label without probabilities"
    return f"{kind} of {len(output.labels)} labels ({words})"


def _fields(model: Model) -> str:
    counts = Counter(field.type for field in model.card.inputs)
    parts = [f"{count} {name if count == 1 else _PLURALS.get(name, f'{name}s')}" for name, count in counts.most_common()]
    return ", ".join(parts)


def _scoring(model: Model) -> str:
    scoring = model.card.scoring
    how = (
        "in the service, as a graph" if scoring.scorer == "onnx" else f"in a process of its own, because it {scoring.reason}"
    )
    return (
        f"{how}; largest difference to the model {scoring.gate_difference:.1e} on {scoring.gate_rows:,} rows; "
        f"one row takes {_row_milliseconds(model):.3g} ms"
    )


def _row_milliseconds(model: Model) -> float:
    """Return the median time of one row, from checks to answer."""
    row = next(iter([*(example.row for example in model.card.examples), *model.card.real_rows]))
    times: list[float] = []
    deadline = time.perf_counter() + _TIMED_SECONDS
    while len(times) < _TIMED_CALLS and time.perf_counter() < deadline:
        start = time.perf_counter()
        model.predict([row])
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _metrics(model: Model) -> Iterator[str]:
    if not model.card.metrics:
        yield "  quality   not measured: there are no true answers to compare with"
    for number, metric in enumerate(model.card.metrics):
        yield f"  {'quality' if number == 0 else '':9} {_metric(metric)}"


def _metric(metric: Metric) -> str:
    interval = "" if metric.low is None or metric.high is None else f" ({metric.low:.3g} to {metric.high:.3g})"
    baseline = "" if metric.baseline is None else f"; without a model {metric.baseline:.3g}"
    return f"{metric.name} {metric.value:.3g}{interval} on {metric.rows:,} rows{baseline}"


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for number, finding in enumerate(findings[:_MAX_FINDINGS]):
        yield f"  {'noticed' if number == 0 else '':9} {finding.sentence}"
    if len(findings) > _MAX_FINDINGS:
        yield f"            and {len(findings) - _MAX_FINDINGS} more"
