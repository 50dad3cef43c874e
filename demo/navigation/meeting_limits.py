"""What the audience of a meeting sees of the demo: the pages, models, language and look that the presenter chose."""

from dataclasses import replace

from client import AudienceView
from demo.address.page_paths import DEFAULT_PATH, PRESENTER_PATHS
from demo.configuration.accent import is_colour, make_accent
from demo.configuration.demo_file import DemoConfig


def limit_to_meeting(config: DemoConfig, view: AudienceView, logo: str) -> DemoConfig:
    """Return what a demo shows to the audience of a meeting; `logo` is that of the meeting as a `data:` URL, or empty.

    A meeting shows less than the demo, never more: a page or a model that demo.toml leaves out stays out.
    """
    look = view["look"]
    open_paths = {DEFAULT_PATH, *PRESENTER_PATHS, *view["pages"]}
    pages = tuple(path for path in config.pages if path in open_paths)
    models = tuple(name for name in view["models"] if not config.models or name in config.models)
    languages = tuple(language for language in config.languages if language == view["language"])
    return replace(
        config,
        title=look["name"] or config.title,
        logo=logo or config.logo,
        accent=make_accent(look["accent"]) if look["accent"] and is_colour(look["accent"]) else config.accent,
        languages=languages or config.languages,
        models=models or config.models,
        pages=pages,
        opens=config.opens if config.opens in pages else None,
    )
