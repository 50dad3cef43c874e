"""Promises of trees as a node of ONNX: the answer is that of a walk through the trees, for every tree and row."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.publishing.conversion.graph import INPUT, Graph
from service.publishing.conversion.preprocessing import InputField, create_preprocessing
from service.publishing.conversion.tree_ensembles.tree_node import add_trees
from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees, join_trees

LOW, HIGH = -100.0, 100.0
CODES = 5
FIELDS = (
    InputField("number", LOW, HIGH, None, nullable=True, typical=1.0),
    InputField("count", LOW, HIGH, None, nullable=False, typical=2.0),
    InputField("kind", 0.0, CODES - 1.0, tuple(map(float, range(CODES))), nullable=True, typical=0.0),
)
NUMBERS = [-7.0, 0.0, 0.5, 1.0, 2.0, 33.0]
OUTPUTS = 3


@dataclass
class Node:
    """A split, or a leaf if it has weights."""

    column: int = LEAF
    threshold: float = 0.0
    categories: frozenset[int] | None = None
    missing_left: bool = False
    weights: tuple[float, ...] = (0.0,) * OUTPUTS
    left: "Node | None" = None
    right: "Node | None" = None


# Few different weights: equal ones behind two splits are what ONNX Runtime takes for one.
WEIGHTS = st.sampled_from([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.25, 0.75, 0.0), (0.0, 0.0, 0.0)])


def inner(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    number = st.builds(
        Node,
        st.integers(0, 1),
        st.sampled_from(NUMBERS),
        st.none(),
        st.booleans(),
        left=children,
        right=children,
    )
    choice = st.builds(
        Node,
        st.just(2),
        st.just(0.0),
        st.frozensets(st.integers(0, CODES - 1)),
        st.booleans(),
        left=children,
        right=children,
    )
    return number | choice | choice


TREES = st.lists(st.recursive(st.builds(Node, weights=WEIGHTS), inner, max_leaves=12), min_size=1, max_size=4)


def as_trees(root: Node) -> Trees:
    nodes: list[Node] = []
    links: list[tuple[int, int]] = []

    def visit(node: Node) -> int:
        position = len(nodes)
        nodes.append(node)
        links.append((position, position))
        if node.left and node.right:
            left = visit(node.left)
            links[position] = (left, visit(node.right))
        return position

    visit(root)
    categories = np.empty(len(nodes), dtype=object)
    categories[:] = [node.categories for node in nodes]
    return Trees(
        column=np.array([node.column for node in nodes]),
        threshold=np.array([node.threshold for node in nodes]),
        categories=categories,
        left=np.array([left for left, _ in links]),
        right=np.array([right for _, right in links]),
        missing_left=np.array([node.missing_left for node in nodes]),
        values=np.array([node.weights for node in nodes]),
        roots=np.array([0]),
        single_precision=False,
    )


def walk(node: Node, row: NDArray[np.float64]) -> NDArray[np.float64]:
    while node.left and node.right:
        value = row[node.column]
        if np.isnan(value):
            goes_left = node.missing_left
        elif node.categories is not None:
            goes_left = int(value) in node.categories
        else:
            goes_left = bool(value <= node.threshold)
        node = node.left if goes_left else node.right
    return np.array(node.weights)


def rows() -> NDArray[np.float64]:
    around = [step for number in NUMBERS for step in (number, np.nextafter(number, LOW), np.nextafter(number, HIGH))]
    counts = [0.0, 1.0, 2.0, 33.0]
    kinds = [*map(float, range(CODES)), np.nan]
    return np.array([(one, two, kind) for one in [*around, np.nan] for two in counts for kind in kinds])


@given(TREES)
def test_a_node_gives_the_sum_of_a_walk_through_the_trees(roots: list[Node]) -> None:
    graph = Graph(len(FIELDS))
    output = add_trees(graph, join_trees([as_trees(root) for root in roots]), create_preprocessing(FIELDS, _unchanged))
    session = onnxruntime.InferenceSession(graph.serialize(output, OUTPUTS), providers=["CPUExecutionProvider"])
    table = rows()
    expected = np.array([sum((walk(root, row) for root in roots), np.zeros(OUTPUTS)) for row in table])
    assert np.array_equal(session.run(None, {INPUT: table})[0], expected)


def _unchanged(numbers: NDArray[np.float64]) -> Any:
    return numbers
