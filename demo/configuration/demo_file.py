"""Reads demo.toml, and checks every key and every value when the program starts."""

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from client import ModelState
from demo.address.page_paths import DEFAULT_PATH, PAGE_PATHS, PagePath
from demo.configuration.accent import DEFAULT_ACCENT, Accent, is_colour, make_accent
from demo.configuration.logo import read_logo
from wire.languages import LANGUAGES, Language
from wire.settings_reader import WrongSettings

DEFAULT_FILE = Path(__file__).parents[1] / "demo.toml"
"""Read if it exists and no setting names another file."""
_MAX_TITLE, _MAX_SENTENCE = 60, 300
"""Lengths in characters."""


@dataclass(frozen=True, kw_only=True)
class DemoConfig:
    """What demo.toml says, with the defaults of what it does not say. docs/demo.md explains the keys."""

    title: str = "Witryna"
    sentence: Mapping[str, str] = field(default_factory=dict)
    """Language → the sentence of the first page. A language without one has the product's own sentence."""
    logo: str = ""
    """A `data:` URL; empty without a logo."""
    accent: Accent = DEFAULT_ACCENT
    languages: tuple[Language, ...] = tuple(LANGUAGES)
    models: tuple[str, ...] = ()
    """The names of the models in their order; empty for all models in the order of the service."""
    pages: tuple[PagePath, ...] = PAGE_PATHS
    opens: PagePath | None = None
    """The page that an address without a path and a model opens; None for the models, or Try if there is one model."""

    def choose_models(self, models: list[ModelState]) -> list[ModelState]:
        """Return the models that the demo shows, in its order."""
        if not self.models:
            return models
        shown = (model for model in models if model["name"] in self.models)
        return sorted(shown, key=lambda model: self.models.index(model["name"]))


def read_demo_config(setting: str = "") -> DemoConfig:
    """Return what a file says: the one of the setting, else demo/demo.toml if it exists, else the defaults.

    Raises WrongSettings with a sentence that names the file and the key.
    """
    path = Path(setting) if setting else DEFAULT_FILE
    if not setting and not path.is_file():
        return DemoConfig()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongSettings(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise WrongSettings(f"{path} is not in UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise WrongSettings(f"{path} is no TOML file: {error}.") from error
    try:
        return _read_entries(entries, path.parent)
    except WrongSettings as error:
        raise WrongSettings(f"{path}: {error}") from error


def _read_entries(entries: Mapping[str, Any], folder: Path) -> DemoConfig:
    """Return the entries as a DemoConfig. Paths in them are below the folder of the file, unless they are absolute."""
    _check_names("key", entries, _READERS)
    values = {name: _READERS[name](name, value, folder) for name, value in entries.items()}
    config = DemoConfig(**values)
    if DEFAULT_PATH not in config.pages:
        raise WrongSettings(f'pages must have "{DEFAULT_PATH}", the page to which the others lead back.')
    if config.opens and config.opens not in config.pages:
        raise WrongSettings(f'opens is "{config.opens}", which pages does not have.')
    return config


def _check_names(noun: str, given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            nearest = "".join(f" Did you mean {each}?" for each in get_close_matches(name, known, n=1))
            raise WrongSettings(f"{name[:64]!r} is no {noun}.{nearest} Possible: {', '.join(known)}.")


def _read_text(max_length: int) -> Callable[[str, Any, Path], str]:
    def read(name: str, value: Any, _: Path) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > max_length or not value.isprintable():
            raise WrongSettings(f"{name} must be a text in one line, of at most {max_length} characters.")
        return value.strip()

    return read


def _read_sentence(name: str, value: Any, folder: Path) -> dict[str, str]:
    if not isinstance(value, dict):
        raise WrongSettings(f'{name} must have a text for each language, such as {name} = {{ en = "…", pl = "…" }}.')
    _check_names(f"language of {name}", value, LANGUAGES)
    return {language: _read_text(_MAX_SENTENCE)(f"{name}.{language}", text, folder) for language, text in value.items()}


def _read_logo(name: str, value: Any, folder: Path) -> str:
    if not isinstance(value, str) or not value:
        raise WrongSettings(f'{name} must be the path of an image file, such as "logo.png".')
    return read_logo(folder / value)


def _read_accent(name: str, value: Any, _: Path) -> Accent:
    if not isinstance(value, str) or not is_colour(value):
        raise WrongSettings(f'{name} must be a colour such as "#1F4E79".')
    return make_accent(value)


def _read_list(known: Collection[str] | None) -> Callable[[str, Any, Path], tuple[str, ...]]:
    def read(name: str, value: Any, _: Path) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
            raise WrongSettings(f"{name} must be a list of texts that is not empty.")
        if len(set(value)) < len(value):
            raise WrongSettings(f"{name} has an entry twice.")
        if known is not None:
            _check_names(f"entry of {name}", value, known)
        return tuple(value)

    return read


def _read_page(name: str, value: Any, _: Path) -> str:
    if not isinstance(value, str):
        raise WrongSettings(f'{name} must be the path of a page, such as "models".')
    _check_names(f"page for {name}", [value], PAGE_PATHS)
    return value


_READERS: dict[str, Callable[[str, Any, Path], Any]] = {
    "title": _read_text(_MAX_TITLE),
    "sentence": _read_sentence,
    "logo": _read_logo,
    "accent": _read_accent,
    "languages": _read_list(LANGUAGES),
    "models": _read_list(None),
    "pages": _read_list(PAGE_PATHS),
    "opens": _read_page,
}
