"""Ends the address of each download soon after it was made.

Streamlit keeps the file of a download until pages have been drawn twice since, by any visit. Without this, the address of a
customer's file answers for as long as the demo runs, if its visit was the last one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from streamlit.runtime import get_instance

PERIOD_SECONDS = 10.0
"""Each pass marks the files that it finds, and removes those that the pass before has marked."""


@asynccontextmanager
async def expire_downloads(_app: st.App) -> AsyncIterator[None]:
    """Remove downloads while the app runs: each is gone after one to two periods. A transfer that has begun ends whole."""
    expiry = asyncio.create_task(_remove_periodically())
    try:
        yield
    finally:
        expiry.cancel()
        with suppress(asyncio.CancelledError):
            await expiry


async def _remove_periodically() -> None:
    while True:
        await asyncio.sleep(PERIOD_SECONDS)
        get_instance().media_file_mgr.remove_orphaned_files()
