"""A page without Streamlit: a title, a sentence and a link, in the reader's language."""

from urllib.parse import parse_qs

from markupsafe import Markup
from starlette.types import Scope

from demo.address.parameters import LANGUAGE
from demo.configuration.demo_file import DemoConfig
from demo.text.translation import Translation
from wire.languages import preferred_language

_DOCUMENT = Markup(
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} · {demo_title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
    ":root {{ color-scheme: light dark; font: 1.15rem/1.5 system-ui, sans-serif; }}"
    "body {{ max-width: 34rem; margin: 4rem auto; padding: 0 1.25rem;"
    " color: light-dark(#1C2430, #E9ECEF); background: light-dark(#FFFFFF, #14181D); }}"
    "h1 {{ font-size: 2rem; }} a {{ color: light-dark({accent[0]}, {accent[1]}); }}"
    '</style></head><body><main><h1>{title}</h1><p>{sentence}</p><p><a href="{target}">{link}</a></p></main></body></html>'
)


def choose_translation(scope: Scope, config: DemoConfig) -> Translation:
    """Return the translation to the language of the address, else to one that the browser accepts, else to the first."""
    requested = parse_qs(scope["query_string"].decode("latin-1")).get(LANGUAGE, [""])[-1]
    accepted = ",".join(text.decode("latin-1") for name, text in scope["headers"] if name == b"accept-language")
    wanted = (requested, preferred_language(accepted), config.languages[0])
    return Translation(next(language for language in wanted if language in config.languages))


def build_document(tr: Translation, config: DemoConfig, title: str, sentence: str, link: tuple[str, str]) -> str:
    """Return a whole HTML document. `link` is where the link leads, and its text."""
    target, text = link
    return _DOCUMENT.format(
        language=tr.language,
        title=title,
        sentence=sentence,
        target=target,
        link=text,
        demo_title=config.title,
        accent=(config.accent.light, config.accent.dark),
    )
