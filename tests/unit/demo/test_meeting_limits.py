"""Promises of a meeting's audience in the demo: it sees what the presenter chose, and nothing that demo.toml leaves out."""

from typing import Any, cast

from client import AudienceView
from demo.configuration.accent import make_accent
from demo.configuration.demo_file import DemoConfig
from demo.navigation.meeting_limits import limit_to_meeting

CONFIG = DemoConfig(
    title="Acme", logo="data:ours", models=("one", "two"), pages=("try", "compare", "models"), opens="models"
)


def view_of(**changes: Any) -> AudienceView:
    look = {"name": None, "accent": None, "logo": None}
    return cast(AudienceView, {"language": None, "models": [], "pages": [], "look": look} | changes)


def test_a_meeting_that_chooses_nothing_shows_the_form_and_every_model_in_the_demos_look() -> None:
    limited = limit_to_meeting(CONFIG, view_of(), "")
    assert limited.pages == ("try",)
    assert limited.opens is None
    assert (limited.models, limited.languages) == (CONFIG.models, CONFIG.languages)
    assert (limited.title, limited.logo, limited.accent) == ("Acme", "data:ours", CONFIG.accent)


def test_a_meeting_shows_what_it_chooses() -> None:
    look = {"name": "Client Ltd", "accent": "#7A1F5C", "logo": None}
    view = view_of(pages=["compare", "try"], models=["two"], language="pl", look=look)
    limited = limit_to_meeting(CONFIG, view, "data:theirs")
    assert limited.pages == ("try", "compare")
    assert (limited.models, limited.languages) == (("two",), ("pl",))
    assert (limited.title, limited.logo) == ("Client Ltd", "data:theirs")
    assert limited.accent == make_accent("#7A1F5C")


def test_a_meeting_shows_nothing_that_the_demo_leaves_out() -> None:
    limited = limit_to_meeting(CONFIG, view_of(pages=["feed", "models"], models=["three"]), "")
    assert limited.pages == ("try", "models")
    assert limited.models == CONFIG.models
    only_english = DemoConfig(languages=("en",))
    assert limit_to_meeting(only_english, view_of(language="pl"), "").languages == ("en",)


def test_a_presenter_who_takes_part_in_a_meeting_still_has_the_pages_of_presenters() -> None:
    assert {"meetings", "run-sheet", "present"} <= set(limit_to_meeting(DemoConfig(), view_of(), "").pages)


def test_a_colour_that_is_none_leaves_the_demos() -> None:
    look = {"name": None, "accent": "red;} body {display: none", "logo": None}
    assert limit_to_meeting(CONFIG, view_of(look=look), "").accent == CONFIG.accent
