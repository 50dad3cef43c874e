"""python -m demo: serves the pages on DEMO_HOST:DEMO_PORT until SIGINT or SIGTERM."""

import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from client import Client
from demo.configuration.demo_file import DemoConfig, read_demo_config
from demo.configuration.login_file import read_login
from demo.live.live_routes import LivePages
from demo.meetings import presenter_session
from demo.navigation.page_look import use_accent
from demo.page_modules import import_pages
from demo.settings import Settings, read_settings
from demo.web.download_expiry import expire_downloads
from demo.web.http_layers import SecurityHeaders, WebSocketOrigins
from demo.web.presenter_sign_in import PresenterSignIn
from demo.web.unknown_addresses import UnknownAddresses
from demo.web.visitor_cookie import VisitorCookie
from tabular.scratch_folder import remove_leftovers
from wire.base_path import BasePath
from wire.settings_reader import WrongSettings

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 10.0
PING_SECONDS = 20.0
"""A page that nobody touches sends nothing. A ping keeps proxies from closing its connection; nginx closes after 60 s."""


def make_client(settings: Settings) -> Client:
    """Return a client of the service for the phones of an audience."""
    return Client(
        settings.service_url,
        settings.api_key or None,
        connect_timeout_seconds=CONNECT_SECONDS,
        deadline_seconds=ANSWER_SECONDS,
    )


def create_app(settings: Settings, config: DemoConfig, login: dict[str, Any] | None) -> ASGIApp:
    """Build the ASGI app of the demo. With `login`, the section [auth] of Streamlit's secrets, visitors have to log in."""

    @asynccontextmanager
    async def while_it_runs(app: st.App) -> AsyncIterator[None]:
        """Do what belongs to no visit: import the pages before the first one, and remove old downloads."""
        use_accent(config.accent)  # Streamlit has read its own settings by now; an earlier option would replace them
        import_pages()
        async with expire_downloads(app):
            yield

    hosts = settings.hosts()
    pages = st.App(
        Path(__file__).parent / "app.py",
        lifespan=while_it_runs,
        secrets=None if login is None else {"auth": login},
        middleware=[
            Middleware(SecurityHeaders, embedding_origins=settings.embedding_origins()),
            Middleware(VisitorCookie),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts),
            Middleware(WebSocketOrigins, hosts=hosts),
            Middleware(LivePages, make_client=partial(make_client, settings), config=config),
            Middleware(PresenterSignIn, sign_in=presenter_session.sign_in, config=config),
            Middleware(UnknownAddresses, config=config),
        ],
    )
    return BasePath(pages, settings.base_path) if settings.base_path else pages


def main() -> None:
    """Serve until SIGINT or SIGTERM; exit with 1 if the server cannot start."""
    try:
        settings = read_settings(os.environ)
        config = read_demo_config(settings.config)
        login = read_login(settings.login)
    except WrongSettings as error:
        sys.exit(f"The demo did not start. {error}")
    remove_leftovers()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal again after its shutdown
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, config, login),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=settings.keep_alive_seconds,
            ws_ping_interval=PING_SECONDS,
            timeout_graceful_shutdown=3,
        )
    )
    # Streamlit gives the access log of uvicorn a handler again: each line has the query, and so a person's values.
    logging.getLogger("uvicorn.access").disabled = True
    server.run()
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    main()
