"""A page without Streamlit: a title, a sentence and a link, in the reader's language."""

from urllib.parse import parse_qs

from starlette.types import Scope

from demo.address.parameters import LANGUAGE
from demo.configuration.demo_file import DemoConfig
from demo.text.notice_page import build_notice_page
from demo.text.translation import Translation
from wire.languages import preferred_language


def choose_translation(scope: Scope, config: DemoConfig) -> Translation:
    """Return the translation to the language of the address, else to one that the browser accepts, else to the first."""
    requested = parse_qs(scope["query_string"].decode("latin-1")).get(LANGUAGE, [""])[-1]
    accepted = ",".join(text.decode("latin-1") for name, text in scope["headers"] if name == b"accept-language")
    wanted = (requested, preferred_language(accepted), config.languages[0])
    return Translation(next(language for language in wanted if language in config.languages))


def build_document(tr: Translation, config: DemoConfig, title: str, sentence: str, link: tuple[str, str]) -> str:
    """Return a whole HTML document. `link` is where the link leads, and its text."""
    target, text = link
    accent = (config.accent.light, config.accent.dark)
    return build_notice_page(
        tr.language, demo_title=config.title, accent=accent, title=title, sentence=sentence, target=target, link=text
    )
