"""The addresses where a presenter signs in and out. The secret of a session is in a cookie that scripts cannot read.

/sign-in?token=wl_…    a link that opens once: it is exchanged for a session
/sign-in?token=wm_…    the presenter's link of one meeting; with &open=present it opens the Present view
                       (with &open=start, both open the first page of the demo, with the other parameters of the link)
/sign-out              forgets the session in this browser
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from client import Refused, ServiceError
from demo.address.parameters import LANGUAGE
from demo.configuration.demo_file import DemoConfig
from demo.web import plain_document

PRESENTER = "witryna-presenter"
CONFINED = "wm_"
"""The prefix of a secret that is confined to one meeting."""
SIGN_IN, SIGN_OUT = "sign-in", "sign-out"
_SECRET = re.compile(r"w[sm]_[A-Za-z0-9_-]{16,200}")
_TOKEN = re.compile(r"w[lm]_[A-Za-z0-9_-]{16,200}")
_MAX_AGE_SECONDS = 30 * 86_400
_NO_STORE = {"Cache-Control": "no-store"}

SignIn = Callable[[str], tuple[str, str | None]]
"""Token → the secret to keep, and the id of the meeting to which it is confined. Raises ServiceError."""


def is_presenter_secret(text: str) -> bool:
    """Return whether a text can be the secret of a session, or of a meeting."""
    return _SECRET.fullmatch(text) is not None


class PresenterSignIn:
    """Turns a presenter's link into a cookie, and takes the token out of the address."""

    def __init__(self, app: ASGIApp, sign_in: SignIn, config: DemoConfig) -> None:
        self._app, self._sign_in, self._config = app, sign_in, config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root: str = scope.get("root_path", "")
        path = scope.get("path", "").removeprefix(root).strip("/")
        if scope["type"] != "http" or scope["method"] != "GET" or path not in {SIGN_IN, SIGN_OUT}:
            await self._app(scope, receive, send)
            return
        answer = _sign_out(scope, root) if path == SIGN_OUT else await self._answer_link(scope, root)
        await answer(scope, receive, send)

    async def _answer_link(self, scope: Scope, root: str) -> Response:
        parameters = parse_qs(scope["query_string"].decode("latin-1"))
        token = parameters.get("token", [""])[-1]
        if not _TOKEN.fullmatch(token):
            return _build_refusal(scope, root, self._config)
        try:
            secret, meeting = await run_in_threadpool(self._sign_in, token)
        except Refused:
            return _build_refusal(scope, root, self._config)
        except ServiceError:
            return _build_wait(scope, self._config)
        answer = RedirectResponse(_choose_target(root, meeting, parameters), 303, _NO_STORE)
        _set_cookie(answer, scope, root, secret, _MAX_AGE_SECONDS)
        return answer


def _choose_target(root: str, meeting: str | None, parameters: dict[str, list[str]]) -> str:
    opens = parameters.get("open", [""])[-1]
    if opens == "start":
        rest = {name: texts[-1] for name, texts in parameters.items() if name not in {"token", "open"}}
        return f"{root}/{'?' * bool(rest)}{urlencode(rest)}"
    if meeting is None:
        return f"{root}/meetings"
    return f"{root}/{'present' if opens == 'present' else 'run-sheet'}?{urlencode({'meeting': meeting})}"


def _sign_out(scope: Scope, root: str) -> Response:
    """Forget the secret, unless another site has made the browser ask for it."""
    if dict(scope["headers"]).get(b"sec-fetch-site") == b"cross-site":
        return RedirectResponse(f"{root}/", 303, _NO_STORE)
    answer = RedirectResponse(f"{root}/", 303, _NO_STORE)
    _set_cookie(answer, scope, root, "", 0)
    return answer


def _set_cookie(answer: Response, scope: Scope, root: str, value: str, max_age_seconds: int) -> None:
    answer.set_cookie(
        PRESENTER,
        value,
        max_age=max_age_seconds,
        path=root or "/",
        secure=scope.get("scheme") == "https",
        httponly=True,
        samesite="lax",
    )


def _build_refusal(scope: Scope, root: str, config: DemoConfig) -> Response:
    tr = plain_document.choose_translation(scope, config)
    document = plain_document.build_document(
        tr,
        config,
        tr.text("This presenter's link does not open anything"),
        tr.text(
            "It was used before, it is too old, or a part of it is missing. Ask the person who runs the demo for a new link."
        ),
        (f"{root}/?{LANGUAGE}={tr.language}", tr.text("To the models")),
    )
    return HTMLResponse(document, 403, _NO_STORE)


def _build_wait(scope: Scope, config: DemoConfig) -> Response:
    """Say that the service does not answer. The link is not used up: it can be opened again."""
    tr = plain_document.choose_translation(scope, config)
    document = plain_document.build_document(
        tr,
        config,
        tr.text("One moment, please"),
        tr.text("The model service does not answer. Your link is still good: open it again in a moment."),
        ("", tr.text("Open it again")),
    )
    return HTMLResponse(document, 503, _NO_STORE | {"Retry-After": "5"})
