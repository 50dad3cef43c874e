"""Promises of the demo's small rooms: labels are no markdown, charts keep their shape, settings are checked."""

import re
from pathlib import Path

import pytest

from demo.charts import answer_scale
from demo.charts.canvas import ScaleBand
from demo.settings import read_settings
from demo.widgets.forms import plain
from wire.settings_reader import WrongSettings


@pytest.mark.parametrize(
    "text", ["**bold**", "[x](http://evil)", ":red[x]", "$x$", "`x`", "<b>", ":material/bug:", "~~x~~", "# x"]
)
def test_no_label_is_taken_for_markdown(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(text)) == text
    assert not re.search(r"(?<!\\)[*\[\]:$`<~#]", plain(text))


def test_a_chart_keeps_its_shape_whatever_it_shows() -> None:
    stretches = [ScaleBand(0, 0.2, "good", "<b>Yes</b>"), ScaleBand(0.2, 1, "bad", "No")]
    first = answer_scale.draw_probability_scale(stretches, [(0.2, "20%")], 0.1, None, "light")
    second = answer_scale.draw_probability_scale(stretches, [(0.2, "20%")], 0.9, 0.1, "light")
    assert len(first.data) == len(second.data) == 1
    assert len(first.layout.shapes) == len(second.layout.shapes)
    assert "<b>" not in str(first.layout.annotations)


@pytest.mark.parametrize(
    "environment", [{"DEMO_PROT": "1"}, {"DEMO_PORT": "x"}, {"DEMO_SERVICE_URL": "file:///etc"}, {"DEMO_HOST": "0.0.0.0"}]
)
def test_a_wrong_setting_is_refused_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(WrongSettings, match=next(iter(environment))):
        read_settings(environment)


def test_feeds_are_named_model_by_model() -> None:
    settings = read_settings({"DEMO_FEEDS": "one=/a/b=c.jsonl, two=x.jsonl"})
    assert settings.feeds_by_model() == {"one": Path("/a/b=c.jsonl"), "two": Path("x.jsonl")}
    for wrong in ("x.jsonl", "=x", "one="):
        with pytest.raises(WrongSettings, match="DEMO_FEEDS"):
            read_settings({"DEMO_FEEDS": wrong})
