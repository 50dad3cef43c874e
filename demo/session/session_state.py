"""What a visit remembers: the client, the language, the case of each model, what is kept and looked at."""

import os
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from client import Card, Client, Row
from demo.feed.growing_feed import GrowingFeed
from demo.session import cases, saved_cases
from demo.session.cases import KEPT, LANGUAGE, MODEL, VIEW, Case
from demo.session.saved_cases import Kept
from demo.settings import read_settings
from demo.text.translation import Translation
from wire.languages import DEFAULT, LANGUAGES, language_of


@st.cache_resource
def client() -> Client:
    """Return the one client of all visits; it holds the key, no visit does."""
    settings = read_settings(os.environ)
    return Client(settings.service_url, settings.api_key or None, connect_timeout_seconds=2, deadline_seconds=12)


@st.cache_resource
def _feeds() -> dict[str, GrowingFeed]:
    """Return model → its feed; all visits look at the same ones."""
    return {model: GrowingFeed(path) for model, path in read_settings(os.environ).feeds_by_model().items()}


def feed(model: str) -> GrowingFeed | None:
    """Return what comes in for a model, where the settings name a file that a pipeline writes."""
    return _feeds().get(model)


def timezone() -> tzinfo:
    """Return where the clock of this visit's reader hangs."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return UTC


def translation() -> Translation:
    """Return the language of this visit: chosen, from the address, or from the browser."""
    if "language" not in st.session_state:
        asked = st.query_params.get(LANGUAGE, "")
        st.session_state["language"] = asked if asked in LANGUAGES else language_of(st.context.locale or "") or DEFAULT
    return Translation(st.session_state["language"])


def theme() -> str:
    """Return light or dark, as the page is shown now."""
    return "dark" if st.context.theme.type == "dark" else "light"


# The model and the case of this visit.


def chosen_model(names: list[str]) -> str:
    """Return the model on the page: chosen, from the address, or the first that is ready."""
    asked = st.session_state.get(MODEL) or st.query_params.get(MODEL, "")
    if asked and asked not in names:
        misunderstood().append(f"{MODEL}={asked[:40]}")
    st.session_state[MODEL] = asked if asked in names else names[0]
    return str(st.session_state[MODEL])


def case(card_: Card) -> Case:
    """Return this visit's case of a model; the first one comes from the address."""
    known: dict[str, Case] = st.session_state.setdefault("cases", {})
    name = card_["name"]
    if name not in known:
        from_address = st.query_params.get(MODEL, name) == name
        known[name] = cases.read(card_, st.query_params.to_dict() if from_address else {})
        misunderstood().extend(known[name].misunderstood)
    held = known[name]
    fields = [field["name"] for field in card_["inputs"]]
    if list(held.row) != fields:  # another version of the model asks for other fields: what was typed stays
        held.start_row, held.row = cases.complete(card_, held.start_row), cases.complete(card_, held.row)
        st.session_state["new_fields"] = True
    return held


def begin(card_: Card, start: str) -> None:
    """Pin another start: the case begins anew."""
    st.session_state.setdefault("cases", {})[card_["name"]] = cases.begin(card_, start)


def back(card_: Card) -> None:
    """Undo every change since the case began."""
    held = case(card_)
    st.session_state["cases"][card_["name"]] = replace(held, row=dict(held.start_row))


def open_row(card_: Card, row: Row) -> None:
    """Begin the case anew with a row that is none of the card's."""
    st.session_state.setdefault("cases", {})[card_["name"]] = cases.given(card_, row)


def take(card_: Card, values: Row) -> None:
    """Take values into the case; as it becomes another object, every widget shows them."""
    held = case(card_)
    st.session_state["cases"][card_["name"]] = replace(held, row=held.row | values)


def misunderstood() -> list[str]:
    """Return what the address said and nobody understood; shown until the visit goes on."""
    unread: list[str] = st.session_state.setdefault("misunderstood", [])
    return unread


def write_address(card_: Card, view: str = "") -> None:
    """Let the address say what the page shows, so that a refresh or a copied link opens the same."""
    parameters = _address(card_, view)
    if _means(card_, st.query_params.to_dict()) != _means(card_, parameters):
        st.query_params.from_dict(parameters)


def _address(card_: Card, view: str = "") -> dict[str, str]:
    parameters = cases.write(card_, case(card_), translation().language)
    return parameters | {key: text for key, text in ((VIEW, view), (KEPT, saved_cases.write(_kept()))) if text}


def _means(card_: Card, parameters: dict[str, str]) -> tuple[Any, ...]:
    """Return what an address says, in whatever way it says it."""
    meant = cases.read(card_, parameters)
    rest = (parameters.get(MODEL, ""), parameters.get(LANGUAGE, translation().language))
    return (meant.start, meant.row, meant.misunderstood, *rest, parameters.get(VIEW, ""), parameters.get(KEPT, ""))


def go_home(card_: Card) -> None:
    """Let this run show the page that opens, with the case as it is now."""
    st.session_state["going_home"] = _address(card_)


def going_home() -> dict[str, str]:
    """Return, once, the address of the page that opens where this run should show it; else nothing."""
    address: dict[str, str] = st.session_state.pop("going_home", {})
    return address


# What a page looks at (a field, a chart, a goal), and the cases kept to be compared.


def view(page: str, options: list[str], default: str) -> str:
    """Return what a page looks at: chosen in this visit, from the address, or the default."""
    seen = any_view(page)
    return seen if seen in options else default


def any_view(page: str) -> str:
    """Return what a page looks at, whatever it is: chosen in this visit, or from the address, unchecked."""
    seen: dict[str, str] = st.session_state.setdefault("views", {})
    key = f"{page}/{st.session_state[MODEL]}"
    if key not in seen:
        seen[key] = st.query_params.get(VIEW, "") if st.query_params.get(MODEL) == st.session_state[MODEL] else ""
    return seen[key]


def look_at(page: str, option: str) -> None:
    """Remember what a page looks at."""
    st.session_state.setdefault("views", {})[f"{page}/{st.session_state[MODEL]}"] = option


def _kept() -> dict[str, Any]:
    """Return the kept cases of all models; those of a model whose card was not seen yet, as the address brought them."""
    if "kept" not in st.session_state:
        text = st.query_params.get(KEPT, "")
        try:
            st.session_state["kept"] = saved_cases.read(text)
        except ValueError:
            st.session_state["kept"] = {}
            misunderstood().append(f"{KEPT}={text[:40]}")
    held: dict[str, Any] = st.session_state["kept"]
    return held


def kept_cases(card_: Card) -> list[Kept]:
    """Return this model's kept cases, in their order; what the caller does to the list stays."""
    held: list[Any] = _kept().setdefault(card_["name"], [])
    held[:], lost = saved_cases.check(card_, held)
    if lost:
        misunderstood().append(KEPT)
    return held


def room_to_keep(card_: Card) -> bool:
    """Tell whether one more case can be kept and brought back by the address."""
    own = kept_cases(card_)
    more = _kept() | {card_["name"]: [*own, Kept("?", case(card_).row)]}
    return len(own) < saved_cases.MOST and saved_cases.fits(more)


def keep(card_: Card) -> None:
    """Keep the present case too, under the title of its start, where it is not kept yet and there is room."""
    own, held = kept_cases(card_), case(card_)
    if room_to_keep(card_) and all(each.row != held.row for each in own):
        own.append(
            Kept(saved_cases.new_name(own, cases.title(card_, held.start) or translation().text("Case")), dict(held.row))
        )


# A new run of the page.


def begin_run() -> None:
    """Follow Back and Forward of the browser: the address that they bring is taken, not overwritten."""
    context = get_script_run_ctx()
    if context and context.is_history_navigation and MODEL in st.query_params:
        _go_back_to(st.query_params.to_dict())


def _go_back_to(parameters: dict[str, str]) -> None:
    """Take model, language and case from the address that Back or Forward brought; other models keep their cases."""
    st.session_state[MODEL] = parameters[MODEL]
    if parameters.get(LANGUAGE) in LANGUAGES:
        st.session_state["language"] = parameters[LANGUAGE]
    st.session_state.setdefault("cases", {}).pop(parameters[MODEL], None)
    for looked_at in ("views", "keys", "looked_up"):
        st.session_state.pop(looked_at, None)
