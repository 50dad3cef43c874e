"""The promise that pages call no other host is tested with visits that note such requests: this one makes some."""

from tests.support.browser_session import Contexts, Visit
from tests.support.server_process import Program

HOSTS = ("https://example.com", "http://192.0.2.1")


def test_a_visit_notes_each_request_to_another_host(contexts: Contexts, programs: tuple[Program, Program]) -> None:
    visit = Visit(contexts, programs[1].url)
    pictures = "".join(f"<img src='{host}/picture.png' onerror='this.remove()'>" for host in HOSTS)
    visit.page.set_content(f"<img src='{programs[1].url}/none.png'>{pictures}")
    visit.page.wait_for_function("document.images.length === 1 && document.images[0].complete")
    assert sorted(visit.foreign) == sorted(f"{host}/picture.png" for host in HOSTS)
    visit.close()
