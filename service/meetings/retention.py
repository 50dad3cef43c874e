"""Removes what is older than the setting allows, at the start of the service and every day."""

import logging
import threading

from service.errors import StorageUnavailable
from service.store.meetings import removals
from service.store.store import Store

_DAY_SECONDS = 86_400.0
_log = logging.getLogger("service")


def remove_regularly(store: Store, days: int, ended: threading.Event) -> None:
    """Remove what was written more than so many days ago, until `ended` is set."""
    while True:
        try:
            removed = removals.of_age(days).remove(store)
            if removed:
                _log.info("removed after %d days: %s", days, in_words(removed))
        except StorageUnavailable as error:
            _log.warning("what is older than %d days was not removed: %s", days, error.detail)
        if ended.wait(_DAY_SECONDS):
            return


def in_words(removed: removals.Removed) -> str:
    """Return what was removed, for people."""
    words = {
        "feedback": "entries of feedback",
        "guesses": "guesses",
        "meetings": "meetings",
        "links": "links",
    }
    return ", ".join(f"{count:,} {words[kind]}" for kind, count in vars(removed).items() if count)
