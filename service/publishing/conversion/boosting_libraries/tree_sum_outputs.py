"""What the sums of trees become, by the objective of the model: functions of (graph, sums, number of outputs)."""

from collections.abc import Callable

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.outputs import add_both, add_exp, add_side, add_sigmoid

SumOutput = Callable[[Graph, str, int], str]


def two_labels(graph: Graph, sums: str, _outputs: int) -> str:
    """Add the probabilities of two labels from the log-odds of the second."""
    return add_both(graph, add_sigmoid(graph, sums))


def sides(graph: Graph, sums: str, _outputs: int) -> str:
    """Add 1 for the second of two labels if the sum is positive, else for the first."""
    return add_side(graph, sums)


def sigmoids(graph: Graph, sums: str, _outputs: int) -> str:
    """Add the sigmoid of each sum."""
    return add_sigmoid(graph, sums)


def exponentials(graph: Graph, sums: str, _outputs: int) -> str:
    """Add e to the power of each sum."""
    return add_exp(graph, sums)


def one_value(_graph: Graph, sums: str, outputs: int) -> str:
    """Return the sums of a model with one output. Raises UnknownStep for several."""
    if outputs > 1:
        raise UnknownStep("the model has several outputs")
    return sums
