"""Promises of the scale of an answer: a label on every band, both markers, every answer inside."""

import pytest

from demo.charts import answer_scale
from demo.charts.canvas import ScaleBand


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_scale_has_a_word_on_every_band_and_two_markers(theme: str) -> None:
    bands = [ScaleBand(0, 0.2, "good", "Approve"), ScaleBand(0.2, 1, "bad", "Refuse <b>")]
    figure = answer_scale.draw_probability_scale(bands, [(0.2, "20%")], 0.1, 0.7, theme)
    assert [note.text for note in figure.layout.annotations] == ["Approve", "Refuse &lt;b&gt;", "20%"]
    assert list(figure.data[0].x) == [0.7, 0.1]
    assert list(figure.data[0].marker.opacity) == [1, 1]


def test_a_long_label_has_lines_that_fit_into_its_band_on_a_phone() -> None:
    bands = [ScaleBand(0, 0.3, "bad", "Change the advert or the time"), ScaleBand(0.3, 1, "good", "Show it")]
    figure = answer_scale.draw_probability_scale(bands, [], 0.1, None, "light")
    lines = figure.layout.annotations[0].text.split("<br>")
    assert " ".join(lines) == "Change the advert or the time"
    assert max(map(len, lines)) * 7.2 <= 0.3 * 300
    assert figure.layout.height > answer_scale.draw_probability_scale(bands[1:], [], 0.1, None, "light").layout.height


def test_a_label_that_no_band_can_hold_ends_with_an_ellipsis() -> None:
    figure = answer_scale.draw_probability_scale([ScaleBand(0, 0.3, "bad", "one two " * 20)], [], 0.1, None, "light")
    assert figure.layout.annotations[0].text == "one two one<br>two one two<br>one two one…"


def test_a_start_that_is_the_answer_itself_has_no_marker_of_its_own() -> None:
    figure = answer_scale.draw_probability_scale([], [], 0.4, None, "light")
    assert list(figure.data[0].marker.opacity) == [0, 1]


def test_every_answer_lies_inside_its_drawing() -> None:
    for value, start in ((50_000.0, 300.0), (300.0, 50_000.0)):
        figure = answer_scale.draw_value_scale(
            (value * 0.9, value * 1.1), value, start, (327.0, 18_818.0), ticks=[], theme="light"
        )
        low, high = figure.layout.xaxis.range
        assert low <= min(value, start)
        assert max(value, start) <= high


def test_the_scale_of_a_price_stays_where_it_is_whatever_the_answer_and_its_interval() -> None:
    ends, ranges = (327.0, 18_818.0), set()
    for value, bounds in ((3_000.0, (2_000.0, 4_500.0)), (400.0, (150.0, 700.0)), (18_000.0, (9_000.0, 33_094.0))):
        figure = answer_scale.draw_value_scale(bounds, value, 5_000.0, ends, ticks=[], theme="light")
        ranges.add(figure.layout.xaxis.range)
        interval = figure.layout.shapes[1]
        assert ends[0] <= interval.x0 < interval.x1 <= ends[1]
    assert ranges == {ends}


def test_a_chart_keeps_its_shape_whatever_it_shows() -> None:
    stretches = [ScaleBand(0, 0.2, "good", "<b>Yes</b>"), ScaleBand(0.2, 1, "bad", "No")]
    first = answer_scale.draw_probability_scale(stretches, [(0.2, "20%")], 0.1, None, "light")
    second = answer_scale.draw_probability_scale(stretches, [(0.2, "20%")], 0.9, 0.1, "light")
    assert len(first.data) == len(second.data) == 1
    assert len(first.layout.shapes) == len(second.layout.shapes)
    assert "<b>" not in str(first.layout.annotations)
