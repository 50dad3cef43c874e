"""Imports the modules of all pages before the first visit, and keeps the garbage collector from going through them.

Streamlit collects garbage after each run of a page. Over all modules this takes 0.1 s of processor time or more, in which no
other visit is answered.
"""

import gc
import importlib


def import_pages() -> None:
    """Import the modules of all pages and what they need; what exists then is never collected."""
    importlib.import_module("demo.navigation.page_list")
    gc.collect()
    gc.freeze()
