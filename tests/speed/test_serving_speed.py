"""What a request costs beside the usual service, in processor time: the same model, over real connections, in turns.

Other programs on the machine change processor time far less than answers a second. The bounds leave a quarter or more.
"""

import pytest

from benchmarks import twenty_fields
from benchmarks.serving import compare_services

SECONDS = 1.5
RATIOS = {
    twenty_fields.TREES: {
        "one row a request, 16 connections": 47,  # measured 72
        "one row a request, 1 connection": 33,  # measured 46
        "1,000 rows a request, 1 connection": 2.6,  # measured 4.5
    },
    twenty_fields.LOGISTIC: {
        "one row a request, 16 connections": 58,  # measured 85
        "one row a request, 1 connection": 40,  # measured 56
        "1,000 rows a request, 1 connection": 4.2,  # measured 6.6
    },
}
"""Model → load → how many times less processor time an answer takes, at least."""


@pytest.mark.parametrize("model", RATIOS)
def test_an_answer_takes_a_small_part_of_the_processor_time_of_the_usual_service(model: str) -> None:
    comparisons = {each.name: each for each in compare_services(model, SECONDS)}
    assert all(each.measured.refused == each.baseline.refused == 0 for each in comparisons.values())
    ratios = {name: each.cpu_ratio for name, each in comparisons.items()}
    assert {name: ratio for name, ratio in ratios.items() if ratio < RATIOS[model][name]} == {}
