"""Ends the address of each download soon after it was made.

Streamlit looks for files that no page offers only when a page is drawn. Without this, the address of a customer's file
answers for as long as the demo runs, if its visit was the last one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from streamlit.runtime import get_instance

from demo.web.download_files import DownloadFiles

PERIOD_SECONDS = 2.5


@asynccontextmanager
async def expire_downloads(_app: st.App) -> AsyncIterator[None]:
    """Keep downloads while a browser may ask for them, and remove them then. A transfer that has begun ends whole."""
    runtime = get_instance()
    runtime._media_file_mgr = DownloadFiles(runtime.media_file_mgr._storage)  # Streamlit has no setting for it
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
