"""Promises of the limits of a phone: a flood is refused, the others are not, and memory is bounded."""

from demo.live.request_limits import RequestLimit


def test_one_phone_that_floods_is_refused_and_another_one_is_not() -> None:
    limit = RequestLimit(3, 1.0, clock=lambda: 0.0)
    assert [limit.take("flood") for _ in range(6)] == [True] * 3 + [False] * 3
    assert limit.take("other")


def test_a_phone_may_ask_again_as_time_goes_on() -> None:
    now = [0.0]
    limit = RequestLimit(2, 0.5, clock=lambda: now[0])
    assert [limit.take("phone") for _ in range(3)] == [True, True, False]
    now[0] = 1.9
    assert not limit.take("phone")
    now[0] = 2.0
    assert limit.take("phone")
    now[0] = 1_000.0
    assert [limit.take("phone") for _ in range(3)] == [True, True, False], "a long pause saves up no more than the burst"


def test_a_million_invented_callers_take_no_more_memory_than_twenty_thousand() -> None:
    limit = RequestLimit(1, 1.0, clock=lambda: 0.0)
    for number in range(30_000):
        limit.take(str(number))
    assert len(limit._buckets) == 20_000
