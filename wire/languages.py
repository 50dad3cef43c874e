"""The languages of texts that people read. English is the default."""

from typing import Literal

from wire.accept_header import preferences

Language = Literal["en", "pl"]
DEFAULT: Language = "en"
LANGUAGES: dict[Language, str] = {"en": "English", "pl": "Polski"}
"""Each language by the name that its speakers give it."""


def language_of(tag: str) -> Language | None:
    """Return the language of a tag such as `pl`, `pl-PL` or `pl_PL`, or None if we do not have it."""
    code = tag.lower().replace("_", "-").partition("-")[0]
    return next((language for language in LANGUAGES if language == code), None)


def preferred_language(accept_language: str) -> Language:
    """Return the one of our languages that an Accept-Language header prefers, or English."""
    languages = (language_of(tag) for tag in preferences(accept_language))
    return next((language for language in languages if language), DEFAULT)
