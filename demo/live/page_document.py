"""The document of the phone's page: drawn with the state of this moment, a few kilobytes, one style sheet, one script."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

from client import AudienceView
from demo.configuration.accent import is_colour, make_accent
from demo.configuration.demo_file import DemoConfig
from demo.live.phone_texts import list_script_texts
from demo.live.stages.stage import Stage
from demo.text.markup import concatenate
from demo.text.translation import Translation
from wire.languages import LANGUAGES

ASSETS = {"live.js": "text/javascript", "live.css": "text/css"}
"""File name → media type of what the page needs."""
_DOCUMENT = Markup(
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
    '<link rel="stylesheet" href="{assets}/live.css?{css}">{accent}<script defer src="{assets}/live.js?{js}"></script>'
    '</head><body data-base="{base}" data-language="{language}" data-returns="{returns}" data-texts="{texts}"'
    ' data-stage="{stage}"><header>{brand}{languages}</header>'
    '<p id="connection" role="status" hidden></p><main id="stage">{html}</main><section id="opinion" hidden></section>'
    '<p id="waiting" role="status" hidden></p><footer>{retention}</footer>'
    '<p id="news" class="screen-reader" role="status"></p>'
    '<noscript><p class="notice">{no_script}</p></noscript></body></html>'
)


@cache
def read_asset(name: str) -> tuple[bytes, str]:
    """Return a file of the page, and a short hash of it for its address."""
    content = (Path(__file__).parent / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


@dataclass(frozen=True)
class Frame:
    """What surrounds the stage on every page: where it is, and the look of the demo."""

    root: str
    """The base path of the demo."""
    base: str
    """The path of the meeting."""
    returns: bool
    """Whether the browser has been here before."""
    config: DemoConfig


def build_document(view: AudienceView, stage: Stage, frame: Frame, tr: Translation) -> tuple[str, str]:
    """Return the page and its Content-Security-Policy."""
    nonce = secrets.token_urlsafe(16)
    color, base = view["look"]["accent"], frame.base
    accent = make_accent(color) if color and is_colour(color) else frame.config.accent
    style = Markup('<style nonce="{}">:root{{--accent-light:{};--accent-dark:{}}}</style>')
    html = _DOCUMENT.format(
        language=tr.language,
        title=view["title"],
        assets=f"{frame.root}/live/assets",
        css=read_asset("live.css")[1],
        js=read_asset("live.js")[1],
        accent=style.format(nonce, accent.light, accent.dark),
        base=base,
        returns="yes" if frame.returns else "no",
        texts=json.dumps(list_script_texts(tr), ensure_ascii=False),
        stage=stage.to_json(has_html=False),
        brand=_build_brand(view, frame),
        languages=Markup() if view["language"] else _build_languages(frame, tr),
        html=stage.html,
        retention=_describe_retention(view, tr),
        no_script=tr.text("This page needs JavaScript to follow the meeting."),
    )
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'"
    )
    return html, policy


def _build_brand(view: AudienceView, frame: Frame) -> Markup:
    """Return the logo of the meeting, else that of the demo, else the name of the client."""
    look, logo = view["look"], frame.config.logo
    name = look["name"] or view["title"]
    if look["logo"]:
        logo = f"{frame.base}/logo?{look['logo']['digest'][:16]}"
    if logo:
        return Markup('<img class="logo" src="{}" alt="{}">').format(logo, name)
    return Markup('<span class="brand">{}</span>').format(name)


def _build_languages(frame: Frame, tr: Translation) -> Markup:
    codes = frame.config.languages
    links = concatenate(
        Markup('<a href="{0}?lang={1}" lang="{1}" hreflang="{1}"{2}>{3}</a>').format(
            frame.base, code, Markup(' aria-current="true"') if code == tr.language else "", LANGUAGES[code]
        )
        for code in codes
    )
    template = Markup('<nav class="languages" aria-label="Language · Język">{}</nav>')
    return template.format(links) if len(codes) > 1 else Markup()


def _describe_retention(view: AudienceView, tr: Translation) -> Markup:
    kept = tr.text(
        "What you guess and write is stored with a random number of this browser, and with your name only if you type it."
    )
    days = view["retention_days"]
    if days is None:
        until = tr.text("It is kept until the organizer deletes it.")
    else:
        until = tr.count("It is deleted after {n} day.", "It is deleted after {n} days.", days)
    return Markup("<p>{} {}</p>").format(kept, until)
