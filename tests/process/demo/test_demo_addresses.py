"""Promises of the demo's addresses: each page has one, and any other is answered in the reader's language."""

from collections.abc import Iterator

import pytest
import requests

from demo.address.page_paths import PAGE_PATHS
from tests.support.server_process import Program, demo_program, running

DOCUMENT = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module", params=["", "/team/models"], ids=["root", "base path"])
def demo(request: pytest.FixtureRequest) -> Iterator[str]:
    program: Program = demo_program("http://127.0.0.1:9", DEMO_BASE_PATH=request.param)
    with running(program):
        yield program.url + request.param


@pytest.mark.parametrize("path", ["nothing", "a/b/c", "Compare", "compare/x", "try%20it", "%ff", "models/models"])
@pytest.mark.parametrize(
    ("query", "accepted", "language", "words"),
    [
        ("?lang=pl", "en", "pl", "Pod tym adresem nie ma strony"),
        ("", "pl-PL,pl;q=0.9", "pl", "Pod tym adresem nie ma strony"),
        ("", "de", "en", "No page has this address"),
        ("?lang=<b>", "en", "en", "No page has this address"),
    ],
)
def test_an_address_that_no_page_has_is_answered_in_the_readers_language(
    demo: str, path: str, query: str, accepted: str, language: str, words: str
) -> None:
    answer = requests.get(f"{demo}/{path}{query}", headers=DOCUMENT | {"Accept-Language": accepted}, timeout=60)
    assert answer.status_code == 404
    assert f'<html lang="{language}">' in answer.text
    assert words in answer.text
    assert "<b>" not in answer.text
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    (target,) = (part.partition('"')[0] for part in answer.text.split('href="')[1:])
    begin = requests.get(requests.compat.urljoin(answer.url, target), headers=DOCUMENT, timeout=60)
    assert (begin.status_code, begin.history) == (200, [])


def test_each_page_opens_at_its_address_with_its_query(demo: str) -> None:
    for path in PAGE_PATHS:
        answer = requests.get(f"{demo}/{path}?model=m&lang=pl", headers=DOCUMENT, timeout=60)
        assert answer.status_code == 200, path
        assert "<script" in answer.text
        assert answer.url.endswith("?model=m&lang=pl")


def test_what_is_no_page_keeps_its_own_answer(demo: str) -> None:
    assert requests.get(f"{demo}/_stcore/health", headers=DOCUMENT, timeout=60).text == "ok"
    unknown = requests.get(f"{demo}/media/unknown.csv", headers=DOCUMENT, timeout=60)
    assert unknown.status_code == 404
    assert "Witryna" not in unknown.text
