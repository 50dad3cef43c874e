"""What a visitor has begun to say about the answer to a row: kept while they write, until it is acknowledged."""

import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import streamlit as st

from client import Card, FeedbackCalls, FeedbackReceipt, NewFeedback, Row, ServiceError, Verdict
from demo.feedback.draft_store import DraftStore, case_key
from demo.feedback.outbox import Outbox
from demo.private_folder import private_folder
from demo.session import shared_resources
from demo.settings import read_settings
from demo.web.visitor_cookie import VISITOR, is_visitor_id

_DRAFTS, _VISITOR = "feedback_drafts", "feedback_visitor"
_REPLY_SECONDS = 30
_MAX_DRAFTS = 100


@dataclass
class Draft:
    """What a visitor says of one answer. `key` makes sure that it is stored once."""

    key: str
    verdict: Verdict | None = None
    right_answer: str | None = None
    """The name of one of the options of the form, or a number as text."""
    reason: str | None = None
    comment: str = ""
    name: str = ""
    entry: NewFeedback | None = None
    """What was sent; None while the visitor writes."""
    receipt: FeedbackReceipt | None = None
    """None while the entry waits for the service."""


def new_draft(name: str = "") -> Draft:
    """Return an empty draft of a visitor who may have told their name before."""
    return Draft(FeedbackCalls.new_key(), name=name)


def get_draft(card: Card, row: Row) -> Draft:
    """Return the visitor's draft for the answer to a row: of this visit, or of the one before a reload."""
    drafts: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    key = case_key(card["name"], row)
    if key not in drafts:
        stored = _drafts().get(get_visitor(), card["name"], row)
        drafts[key] = _read(stored) if stored else new_draft(st.session_state.get("feedback_name", ""))
        while len(drafts) > _MAX_DRAFTS:  # each value of a slider is a case; what was written is on the disk
            del drafts[next(iter(drafts))]
    return drafts[key]


def keep_draft(card: Card, row: Row, draft: Draft) -> None:
    """Store a draft."""
    st.session_state.setdefault(_DRAFTS, {})[case_key(card["name"], row)] = draft
    st.session_state["feedback_name"] = draft.name
    _drafts().put(get_visitor(), card["name"], row, asdict(draft))


def get_visitor() -> str:
    """Return the id of the visitor's browser; without a cookie, an id of this visit alone."""
    cookie = str(st.context.cookies.get(VISITOR, ""))
    if is_visitor_id(cookie):
        return cookie
    visitor: str = st.session_state.setdefault(_VISITOR, secrets.token_urlsafe(16))
    return visitor


@st.cache_data(ttl=_REPLY_SECONDS, max_entries=1000, show_spinner=False)
def find_reply(id: str) -> str | None:  # noqa: A002 - the name in the contract
    """Return the reply to the person who gave feedback; None without one, and if the service does not answer."""
    try:
        return shared_resources.card_client().feedback.follow(id)["reply"]
    except ServiceError:
        return None


@st.cache_resource
def outbox() -> Outbox:
    """Return the outbox that all visits share."""
    return Outbox(_folder() / "outbox", shared_resources.client().feedback.give)


@st.cache_resource
def _folder() -> Path:
    folder = read_settings(os.environ).feedback
    return Path(folder) if folder else private_folder("feedback")


@st.cache_resource
def _drafts() -> DraftStore:
    return DraftStore(_folder() / "drafts")


def _read(stored: dict[str, Any]) -> Draft:
    """Return a stored draft. What another version of the demo wrote beside it is left out."""
    known = {field.name for field in fields(Draft)}
    draft = new_draft()
    for name, value in stored.items():
        if name in known:
            setattr(draft, name, value)
    return draft
