"""A small page for what no page of Streamlit can say: a title, a sentence, a link to go on."""

from markupsafe import Markup

_DOCUMENT = Markup(
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} · {demo_title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
    ":root {{ color-scheme: light dark; font: 1.15rem/1.5 system-ui, sans-serif; }}"
    "body {{ max-width: 34rem; margin: 4rem auto; padding: 0 1.25rem;"
    " color: light-dark(#1C2430, #E9ECEF); background: light-dark(#FFFFFF, #14181D); }}"
    "h1 {{ font-size: 2rem; }} a {{ color: light-dark({accent[0]}, {accent[1]}); }}"
    '</style></head><body><main><h1>{title}</h1><p>{sentence}</p><p><a href="{target}">{link}</a></p></main></body></html>'
)


def build_notice_page(
    language: str, *, title: str, sentence: str, target: str, link: str, demo_title: str, accent: tuple[str, str]
) -> Markup:
    """Return the page as HTML. `accent` is the colour of the link on a light and on a dark background."""
    return _DOCUMENT.format(
        language=language,
        title=title,
        sentence=sentence,
        target=target,
        link=link,
        demo_title=demo_title,
        accent=accent,
    )
