"""Try: the fields on one side; on the other the answer, how far it moved since the start, why, and how usual the case is."""

import html
import random

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from client import Card, Explanation, Field, Prediction
from demo.charts import answer_scale
from demo.charts.canvas import Figure, Stretch
from demo.session import cases, service_queries, session_state
from demo.session.cases import MODEL, Case
from demo.text import answer_html, wording
from demo.text.translation import Tongue
from demo.views import explanation_view
from demo.widgets import banner, forms


def page() -> None:
    """Draw the page from top to bottom."""
    card = service_queries.card(st.session_state[MODEL])
    words = session_state.tongue()
    case = session_state.case(card)
    st.title(forms.plain(card["question"]), anchor=False)
    _notices(words)
    with st.container(key="page"):
        form, answer = st.columns([5, 6], gap="large")
    with form:
        _starts(card, case, words)
        case.row, notes = forms.draw(card, case, words)
    if st.session_state.pop("keep_now", False):  # only now: the form may hold what was typed a moment before the click
        session_state.keep(card)
    session_state.write_address(card)
    with answer, st.container(key="answer"):  # on a phone the fields stand between what is said and why
        explained = service_queries.explain(card, [case.row, case.start_row])
        if explained is None:
            st.html('<p class="answer-none">–</p>')
            st.caption(words.say("No answer at the moment."))
            _notes(card, notes, [], words)
            return
        now, start = explained
        with st.container(key="said"):
            _answer(card, case, now["prediction"], start["prediction"], words)
        with st.container(key="why"):
            _why(card, case, now, start, words)
            _foot(card, case, words)
        _notes(card, notes, [warning["field"] for warning in now["prediction"]["warnings"]], words)


def _notices(words: Tongue) -> None:
    unread = session_state.misunderstood()
    if unread:
        listed = ", ".join(f"`{text.replace('`', '´')}`" for text in unread[:6])
        st.info(
            words.say("The link held values that this model does not know; they were left out:") + " " + listed, icon="🔗"
        )
    if st.session_state.pop("new_fields", False):
        st.info(words.say("The model was renewed. Please review the new fields; what you typed is kept."), icon="🆕")


def _starts(card: Card, case: Case, words: Tongue) -> None:
    """Draw the rows to start from. A press begins a new case before the page is drawn again."""
    examples = {example["name"]: example.get("label") or example["name"] for example in card.get("examples", [])}

    def begin(start: str) -> None:
        session_state.begin(card, start)
        session_state.misunderstood().clear()

    key = f"start/{card['name']}"
    st.session_state[key] = case.start if case.start in examples else None
    if examples:

        def pick() -> None:
            begin(st.session_state[key] or case.start)

        st.pills(
            words.say("Start from"),
            list(examples),
            format_func=lambda name: forms.plain(examples[name]),
            key=key,
            on_change=pick,
        )
    with st.container(horizontal=True, key="start-buttons"):
        real = [name for name in cases.starts(card) if name not in examples and name != case.start]
        if card.get("real_rows") and real:
            st.button(
                words.say("Another real {row}", row=forms.plain(card.get("row_name") or words.say("case"))),
                on_click=lambda: begin(random.choice(real)),  # noqa: S311 - nothing secret is drawn
                type="tertiary",
                icon=":material/shuffle:",
            )
        st.button(
            words.say("Back to the start"),
            on_click=lambda: _back(card),
            type="tertiary",
            icon=":material/undo:",
            key="back",
            disabled=not case.changed(),
        )


def _back(card: Card) -> None:
    session_state.back(card)
    session_state.misunderstood().clear()


def _answer(card: Card, case: Case, now: Prediction, start: Prediction, words: Tongue) -> None:
    value, begun = wording.answer_value(card, now), wording.answer_value(card, start)
    st.html(answer_html.large(card, now, words))
    figure, alt = _drawing(card, case, now, begun, words)
    st.plotly_chart(figure, key="scale", config={"displayModeBar": False, "staticPlot": True}, theme=None, alt=alt)
    before, moved, after = (html.escape(part) for part in wording.story(card, case, begun, value, words))
    st.html(f'<p class="story">{before} <strong>{moved}</strong>{"." if moved else ""} {after}</p>')


def _drawing(card: Card, case: Case, now: Prediction, begun: float, words: Tongue) -> tuple[Figure, str]:
    value = wording.answer_value(card, now)
    pinned = begun if case.changed() else None
    output = card["output"]
    said = wording.answer_with_unit(card, value, words)
    if wording.is_classification(card):
        bands = sorted(output.get("bands", []), key=lambda band: band["low"])
        stretches = [Stretch(b["low"], b["high"], b["tone"], b.get("label") or b["value"]) for b in bands]
        ends = {band["low"] for band in bands[1:]} or {0.0, 0.5, 1.0}
        ticks = [(end, words.percent(end)) for end in sorted(ends)]
        figure = answer_scale.scale(stretches, ticks, value, pinned, session_state.theme())
        return figure, words.say("Scale from 0% to 100%, the answer stands at {answer}.", answer=said)
    around = now.get("interval")
    low, high = (around["low"], around["high"]) if around else (value, value)
    seen = output.get("seen") or (0.0, 1.0)
    least, most = min(low, seen[0]), max(high, seen[1])
    ticks = [(at, wording.answer_text(card, at, words)) for at in (least, (least + most) / 2, most)]
    figure = answer_scale.interval((low, high), value, pinned, (least, most), ticks=ticks, theme=session_state.theme())
    if not around:
        return figure, words.say("The answer is {answer}.", answer=said)
    sentence = words.say(
        "{share} of real values lie between {low} and {high}.",
        share=words.percent(around["coverage"]),
        low=wording.answer_text(card, low, words),
        high=wording.answer_with_unit(card, high, words),
    )
    st.html(f'<p class="range">{html.escape(sentence)}</p>')
    return figure, words.say("The answer is {answer}.", answer=said) + " " + sentence


def _why(card: Card, case: Case, now: Explanation, start: Explanation, words: Tongue) -> None:
    st.html(explanation_view.why(card, case.row, now, start, words))
    sentence, unusual = explanation_view.usual(card, now["usualness"], words)
    if sentence:
        st.html(f'<p class="usual{" rare" if unusual else ""}">{html.escape(sentence)}</p>')


def _foot(card: Card, case: Case, words: Tongue) -> None:
    same = next((each.name for each in session_state.kept_cases(card) if each.row == case.row), "")

    def keep() -> None:
        st.session_state["keep_now"] = True

    with st.container(horizontal=True, key="foot", vertical_alignment="center"):
        if same:
            st.caption(words.say("Kept as {name}: see Compare.", name=forms.plain(same)))
        elif session_state.room_to_keep(card):
            st.button(
                words.say("Keep to compare"), on_click=keep, icon=":material/bookmark_add:", type="tertiary", key="keep"
            )
        else:
            st.caption(words.say("There is no room to keep more cases: delete one on Compare."))
        parts = [words.say("live"), f"{words.say('version')} {card['version'][:8]}"]
        parts.append(words.say("the address of this page is a link to this case"))
        st.html(f'<p class="foot">{html.escape(" · ".join(parts))}</p>')


def _notes(card: Card, places: dict[str, DeltaGenerator], unusual: list[str], words: Tongue) -> None:
    """Write under its field what is unusual or refused there."""
    refused = banner.field_errors()
    for field in card["inputs"]:
        name = field["name"]
        if name in refused:
            places[name].error(words.say("Please check this value."))
        elif name in unusual:
            places[name].html(f'<p class="unusual">{html.escape(_unusual(field, words))}</p>')


def _unusual(field: Field, words: Tongue) -> str:
    if field["type"] == "category" or "seen" not in field:
        return words.say("The model has never seen this: do not rely on the answer.")
    low, high = (wording.value_text(field, end, words) for end in field["seen"])
    return words.say("Unusual: the model learned from values between {low} and {high}.", low=low, high=high)
