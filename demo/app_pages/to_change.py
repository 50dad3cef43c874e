"""What would have to change: a goal at the top, proposals as cards, each ready to be tried.

Knows: the order of the page. Must not know: how proposals are found.
"""

from collections.abc import Callable
from html import escape

import streamlit as st

from client import Card, Change, Field, Goal, Recommendation
from demo import answers, forms, headline, state, wording
from demo.cases import MODEL
from demo.tongue import Tongue

PAGE = "to-change"
_OWN, _MOST, _LEAST = "own", "most", "least"
_BAND = "band:"
_WIDE = 620


def page() -> None:
    """Draw the page from top to bottom."""
    card, words = answers.card(st.session_state[MODEL]), state.tongue()
    case = state.case(card)
    st.title(words.say("What would have to change?"), anchor=False)
    movable = [field for field in card["inputs"] if field.get("changeable", "both") != "no" and field["type"] != "text"]
    if not movable:
        state.write_address(card)
        st.info(words.say("Nothing that this model reads can be moved by a proposal: try other words on the first page."))
        return
    place = st.empty()
    goal, view = _goal(card, words)
    fixed = st.multiselect(
        words.say("Leave as it is"),
        [field["name"] for field in movable],
        format_func=lambda name: forms.plain(next(wording.label(field) for field in movable if field["name"] == name)),
        key=f"fixed/{card['name']}",
        placeholder=words.say("nothing"),
        width=_WIDE,
        persist_state="session",
    )
    state.write_address(card, view)
    asked = answers.recommend(card, case.row, goal, fixed)
    if asked is None:
        st.caption(words.say("No answer at the moment."))
        return
    place.html(headline.small(card, asked["prediction"], words.say("This case:"), words))
    if asked["recommendations"]:
        _proposals(card, asked["recommendations"], words)
    elif asked["reachable"]:
        st.success(
            words.say("This case is there already: nothing has to change. Choose another goal, or another case on Try."),
            icon="✅",
        )
    else:
        st.info(
            words.say("Not reachable with these fields. Choose another goal, or leave fewer fields as they are."), icon="🧭"
        )
    _still(card, words)


def _goal(card: Card, words: Tongue) -> tuple[Goal, str]:
    """Draw the choice of a goal: a band of the card, or a number of one's own; return it, and its name in the address."""
    bands = {f"{_BAND}{band['value']}": band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    options = [*bands, _OWN]
    chosen = state.view(PAGE, options, options[0])
    if bands:
        key = f"{PAGE}/goal"
        st.session_state[key] = chosen

        def look() -> None:
            state.look_at(PAGE, st.session_state[key] or chosen)

        st.pills(
            words.say("The goal"),
            options,
            format_func=lambda option: forms.plain(bands.get(option) or words.say("a number of my own")),
            key=key,
            on_change=look,
        )
    if chosen != _OWN:
        return {"decision": chosen.removeprefix(_BAND)}, chosen
    return _own_goal(card, words), _OWN


def _own_goal(card: Card, words: Tongue) -> Goal:
    sides = {_MOST: words.say("at most"), _LEAST: words.say("at least")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = st.segmented_control(
            words.say("The answer should be"),
            list(sides),
            format_func=sides.__getitem__,
            key=f"{PAGE}/side/{card['name']}",
            default=_MOST,
            required=True,
            persist_state="session",
        )
        number = _number(card, words)
    bound = "max" if side == _MOST else "min"
    if wording.is_classification(card):
        if bound == "max":
            return {"probability": {"label": card["output"]["focus"], "max": number}}
        return {"probability": {"label": card["output"]["focus"], "min": number}}
    return {"value": {"max": number}} if bound == "max" else {"value": {"min": number}}


def _number(card: Card, words: Tongue) -> float:
    key = f"{PAGE}/number/{card['name']}"
    if wording.is_classification(card):
        label = words.say("Chance")
        return st.slider(label, 0.0, 1.0, 0.3, 0.01, format="percent", key=key, width=320, persist_state="session")
    low, high = card["output"].get("seen") or (0.0, 100.0)
    unit = card["output"].get("unit", "")
    step = 10.0 ** max(0, len(str(int(high - low))) - 2)
    middle = round((low + high) / 2 / step) * step
    return float(
        st.number_input(
            forms.plain(words.say("Value") + (f", {unit}" if unit else "")),
            value=float(middle),
            step=step,
            format="%.0f" if step >= 1 else "%.2f",
            key=key,
            width=220,
            persist_state="session",
        )
    )


def _proposals(card: Card, found: list[Recommendation], words: Tongue) -> None:
    st.markdown(
        words.count(
            "{n} way to get there, the smallest change first:",
            "{n} ways to get there, the smallest change first:",
            len(found),
        )
    )
    fields = {field["name"]: field for field in card["inputs"]}
    for place, proposal in enumerate(found):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"proposal-{place}"):
            moves = "".join(f"<li>{_move(fields[change['field']], change, words)}</li>" for change in proposal["changes"])
            st.html(f'<ul class="moves">{moves}</ul>' + headline.small(card, proposal["prediction"], "", words))
            st.button(words.say("Try it"), key=f"take-{place}", on_click=_take(card, proposal), type="primary")


def _move(field: Field, change: Change, words: Tongue) -> str:
    before, after = wording.value_text(field, change["from"], words), wording.value_with_unit(field, change["to"], words)
    return f"{escape(wording.label(field))} <b>{escape(before)} → {escape(after)}</b>"


def _take(card: Card, proposal: Recommendation) -> Callable[[], None]:
    def take() -> None:
        state.take(card, {change["field"]: change["to"] for change in proposal["changes"]})
        state.go_home(card)

    return take


def _still(card: Card, words: Tongue) -> None:
    """Say which fields no proposal touches."""
    still = [wording.label(field) for field in card["inputs"] if field.get("changeable", "both") == "no"]
    if still:
        st.caption(
            words.say("Never moved, because nobody can change it now: {fields}.", fields=forms.plain(", ".join(still)))
        )
