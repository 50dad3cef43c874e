"""Answers an address that no page has: in the reader's language, with a link to the models.

Streamlit would send its page for any path, and say in English that it does not exist.
"""

from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.address.page_paths import DEFAULT_PATH, PAGE_PATHS
from demo.address.parameters import LANGUAGE
from demo.configuration.demo_file import DemoConfig
from demo.web import plain_document

_HTML = b"text/html"
_DOWNLOAD = b"content-disposition"
"""A file of HTML that a visitor downloads has this header."""


class UnknownAddresses:
    """Answers 404 where Streamlit sends its page although no page has the path."""

    def __init__(self, app: ASGIApp, config: DemoConfig) -> None:
        self._app, self._config = app, config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        root: str = scope.get("root_path", "")
        path = scope["path"].removeprefix(root).strip("/")
        if path == DEFAULT_PATH:
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{root}/{'?' * bool(query)}{query}")(scope, receive, send)
            return
        if path in {"", *PAGE_PATHS}:
            await self._app(scope, receive, send)
            return
        is_page = False

        async def send_unless_page(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                is_page = headers.get(b"content-type", b"").startswith(_HTML) and _DOWNLOAD not in headers
            if not is_page:
                await send(message)

        await self._app(scope, receive, send_unless_page)
        if is_page:
            await _build_answer(scope, root, self._config)(scope, receive, send)


def _build_answer(scope: Scope, root: str, config: DemoConfig) -> HTMLResponse:
    tr = plain_document.choose_translation(scope, config)
    document = plain_document.build_document(
        tr,
        config,
        tr.text("No page has this address"),
        tr.text("Please check the address for a typing error, or begin with the list of models."),
        (f"{root}/models?{LANGUAGE}={tr.language}", tr.text("To the models")),
    )
    return HTMLResponse(document, status_code=404)
