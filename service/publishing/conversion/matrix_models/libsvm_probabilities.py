"""Add the probabilities of two labels that libsvm makes of the sigmoid of a decision: an iteration that ends early.

Source: `multiclass_probability` in `svm.cpp` of libsvm; Wu, Lin and Weng, Probability Estimates for Multi-class
Classification by Pairwise Coupling, 2004. For two labels it ends after two rounds at most.
"""

from service.publishing.conversion.graph import Graph

_ROUNDS = 2
_TOLERANCE = 0.005 / 2
_LEAST_SHARE = 1e-7


def add_coupled_probabilities(graph: Graph, second: str) -> str:
    """Add the probabilities (rows, 2) from the sigmoid for the second label: (rows, 1)."""
    least, most = graph.constant(_LEAST_SHARE), graph.constant(1.0 - _LEAST_SHARE)
    one = graph.constant(1.0)
    first = graph.add("Min", [graph.add("Max", [graph.add("Sub", [one, second]), least]), most])
    second = graph.add("Sub", [one, first])
    shares = [graph.constant([[0.5]]), graph.constant([[0.5]])]
    weights = [graph.add("Mul", [second, second]), graph.add("Mul", [first, first])]
    mixed = graph.add("Neg", [graph.add("Mul", [first, second])])
    for _ in range(_ROUNDS):
        shares = _improved(graph, shares, weights, mixed)
    return graph.add("Concat", shares, axis=1)


def _improved(graph: Graph, shares: list[str], weights: list[str], mixed: str) -> list[str]:
    """Add one round: each share in turn, then both divided by their sum. Shares that are near enough stay."""
    products = [_sum_of_products(graph, weights[at], shares[at], mixed, shares[1 - at]) for at in (0, 1)]
    total = _sum_of_products(graph, shares[0], products[0], shares[1], products[1])
    errors = [graph.add("Abs", [graph.add("Sub", [product, total])]) for product in products]
    is_near = graph.add("Less", [graph.add("Max", errors), graph.constant(_TOLERANCE)])
    new = list(shares)
    one, two = graph.constant(1.0), graph.constant(2.0)
    for at in (0, 1):
        change = graph.add("Div", [graph.add("Sub", [total, products[at]]), weights[at]])
        scale = graph.add("Add", [change, one])
        growth = _sum_of_products(graph, change, weights[at], two, products[at])
        total = graph.add("Add", [total, graph.add("Mul", [change, growth])])
        total = graph.add("Div", [graph.add("Div", [total, scale]), scale])
        rows = [weights[0], mixed] if at == 0 else [mixed, weights[1]]
        products = [
            graph.add("Div", [graph.add("Add", [product, graph.add("Mul", [change, row])]), scale])
            for product, row in zip(products, rows, strict=True)
        ]
        new[at] = graph.add("Add", [new[at], change])
        new = [graph.add("Div", [share, scale]) for share in new]
    return [graph.add("Where", [is_near, old, share]) for old, share in zip(shares, new, strict=True)]


def _sum_of_products(graph: Graph, one: str, other: str, third: str, fourth: str) -> str:
    """Add one · other + third · fourth."""
    return graph.add("Add", [graph.add("Mul", [one, other]), graph.add("Mul", [third, fourth])])
