"""Promises of every text on every page: no value of a program reaches a reader, and numbers have the reader's format."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from tests.support.demo_models import BUNDLED, every_model
from tests.support.demo_pages import PAGES, go_to, opened, quiet

pytestmark = pytest.mark.usefixtures("request_log")

SHOWN = {"body", "label", "value", "title", "help", "options", "placeholder", "alt", "text", "caption", "delta", "markdown"}
"""The fields of Streamlit's messages that a page shows; the others are ids, formats and addresses."""
TAGS = re.compile(r"<(style|script)>.*?</\1>|<[^>]*>", re.DOTALL)
DRAWN = {"text", "ticktext", "hovertext", "name"}
"""The same in plotly's figures."""
PROGRAM_VALUES = re.compile(
    r"\bNone\b|\b[Nn]a[Nn]\b|\bnull\b|\bundefined\b|^(True|False)$"
    r"|\binf\b|\{\w*\}|outside_training_range|unseen_category|missing_field|wrong_type|out_of_range"
)
LONG_DECIMALS = re.compile(r"\d[.,]\d{5,}")
ENGLISH_NUMBERS = re.compile(r"(?<![\d,])[1-9]\d{0,2},\d{3}(?!\d)|(?<![\d.])\d+\.\d+\b(?!\.)")
"""In Polish a thousand has a space and a decimal has a comma."""
FOREIGN = re.compile(
    r"CC BY \S+|DOI \S+|\b(?:Python|PMML|SQLite) \d+\.\d+(?: albo \d+\.\d+)?|(?:largest difference|największa różnica) 0[.,]0*\d"
)
"""What has a number in every language, or many zeros: a licence, an identifier of a publication, the version of a program,
how exact a file was found to be.
"""


def texts_of(app: AppTest) -> list[str]:
    """Return every text that the page shows, charts included."""
    protos = [node.proto for node in nodes(app._tree) if getattr(node, "proto", None)]
    return [text for proto in protos for text in shown(proto)]


def nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from nodes(child)


def shown(proto: Any) -> Iterator[str]:
    """Yield the texts of a message of Streamlit, and of the figure in it."""
    for field, value in proto.ListFields():
        repeated = list(value) if hasattr(value, "__len__") and not isinstance(value, str | bytes) else [value]
        if field.name == "spec":
            yield from drawn(json.loads(value))
        elif field.type == field.TYPE_STRING and field.name in SHOWN:
            yield from (FOREIGN.sub("", html.unescape(re.sub(TAGS, " ", text))) for text in repeated)
        elif field.type == field.TYPE_MESSAGE and hasattr(repeated[0], "ListFields"):
            for each in repeated:
                yield from shown(each)


def drawn(figure: Any) -> Iterator[str]:
    for name, value in figure.items() if isinstance(figure, dict) else enumerate(figure):
        if name in DRAWN and value:
            yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))
        if isinstance(value, dict | list):
            yield from drawn(value)


def raw_names(card: Any) -> list[str]:
    return [field["name"] for field in card["inputs"] if "_" in field["name"]]


@every_model
@pytest.mark.parametrize("language", ["en", "pl"])
def test_no_value_of_a_program_reaches_a_reader(
    model: str, language: str, service: TestClient, toys_and_built: TestClient
) -> None:
    card = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}").json()
    app = quiet(opened(model=model, lang=language))
    app.button(key="keep").click()
    pages = {"": quiet(app.run())}
    for path in PAGES[1:]:
        for text in texts_of(pages.setdefault(path, quiet(go_to(app, path)))):
            assert not PROGRAM_VALUES.search(text), (path, text)
            assert not LONG_DECIMALS.search(text), (path, text)
            if path != "files":  # it lists the columns that a file needs
                assert not [name for name in raw_names(card) if re.search(rf"\b{name}\b", text)], (path, text)


@pytest.mark.parametrize("model", BUNDLED)
def test_numbers_of_a_polish_page_are_written_in_polish(model: str) -> None:
    app = quiet(opened(model=model, lang="pl"))
    for path in PAGES:
        for text in texts_of(go_to(app, path)):
            assert not ENGLISH_NUMBERS.search(text), (path, text)
