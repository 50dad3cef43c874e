"""Answers what a handler of FastAPI raises and nothing foresaw as a problem: Starlette would answer it as plain text."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ClientGone
from service.web import problems


class UnexpectedErrors:
    """Stands inside Starlette's own layer for errors, so that this one has nothing to answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except ClientGone:
            raise
        except Exception as error:
            if has_begun or scope["type"] != "http":
                raise
            await problems.answer_exception(error, scope)(scope, receive, send)
