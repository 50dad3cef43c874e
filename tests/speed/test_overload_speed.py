"""How soon a service under load answers: health within half a second, good requests beside slow senders within one."""

from typing import Any

import pytest

from tests.support.overloaded_service import HEADER_SECONDS, HEADS, STALL_SECONDS, drip_beside, good_body, overload
from tests.support.server_process import Program


@pytest.mark.parametrize("slow", HEADS)
def test_two_hundred_slow_senders_are_cut_at_their_deadline_and_no_request_waits_for_a_second(
    slow: str, overloaded: Program, cards: dict[str, Any]
) -> None:
    cut, served = drip_beside(overloaded.url, slow, good_body(cards, "credit-default"))
    assert max(cut) < HEADER_SECONDS + STALL_SECONDS + 3
    assert max(seconds for _, seconds in served) < 1


def test_under_overload_health_answers_within_half_a_second(overloaded: Program, cards: dict[str, Any]) -> None:
    _, healthy = overload(overloaded.url, good_body(cards, "comment-sentiment", 2000))
    assert max(healthy) < 0.5
