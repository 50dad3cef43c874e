"""How good is it: one question, one sentence and one chart at a time, with the number of cases behind them.

Knows: the order of the page. Must not know: how a figure is computed or drawn.
"""

import streamlit as st

from client import Card, Classification, Evaluation
from demo import answers, banner, findings, forms, label_findings, mistakes, state, value_findings
from demo.cases import MODEL
from demo.findings import Finding
from demo.tongue import Tongue

PAGE = "how-good"
_MISTAKES, _GROUPS = "mistakes", "groups"


def page() -> None:
    """Draw the page from top to bottom."""
    card, words = answers.card(st.session_state[MODEL]), state.tongue()
    state.case(card)
    st.title(words.say("How good is it?"), anchor=False)
    found = answers.evaluation(card)
    if found is None:
        state.write_address(card)
        if not banner.has_errors():
            st.info(words.say("Nobody has measured this model yet: its bundle carries no evaluation."), icon="📏")
        return
    titles = _titles(found, words)
    chosen = _choose(titles, words)
    state.write_address(card, chosen)
    with st.container(key="finding"):
        if chosen == _MISTAKES and found["kind"] == "classification":
            _mistakes(card, found, words)
        elif chosen == _GROUPS:
            _groups(card, found, words)
        else:
            _show(_finding(card, found, chosen, words))
    st.caption(
        words.count(
            "Measured on {n} case that the model had never seen.",
            "Measured on {n} cases that the model had never seen.",
            found["rows"],
        )
    )


def _titles(found: Evaluation, words: Tongue) -> dict[str, str]:
    """Return the questions that this evaluation answers, in the order in which clients ask them."""
    if found["kind"] == "classification":
        titles = {
            "apart": words.say("Does it tell them apart?"),
            "trust": words.say("Can its percentages be trusted?"),
            _MISTAKES: words.say("Mistakes and their cost"),
            "finding": words.say("How many does it find?"),
        }
    else:
        titles = {
            "against": words.say("How near does it come?"),
            "errors": words.say("How large are its errors?"),
            "ranges": words.say("Do its ranges hold?"),
        }
    if found["bands"]:
        titles["bands"] = words.say("What do the decisions mean?")
    if found["importance"]:  # a model of one text has nothing to rank
        titles["matters"] = words.say("What does it lean on?")
    if found["segments"]:
        titles[_GROUPS] = words.say("For whom is it worse?")
    return titles | {"weak": words.say("Where is it wrong?")}


def _choose(titles: dict[str, str], words: Tongue) -> str:
    chosen = state.view(PAGE, list(titles), next(iter(titles)))
    key = f"{PAGE}/chosen"
    st.session_state[key] = chosen

    def look() -> None:
        state.look_at(PAGE, st.session_state[key] or chosen)

    st.pills(
        words.say("Question"),
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        on_change=look,
        label_visibility="collapsed",
    )
    return chosen


def _finding(card: Card, found: Evaluation, chosen: str, words: Tongue) -> Finding:
    theme = state.theme()
    if chosen == "bands":
        return findings.bands(card, found, theme, words)
    if chosen == "matters":
        return findings.importance(card, found, theme, words)
    if chosen == "weak":
        return findings.weak_spots(found, words)
    if found["kind"] == "classification":
        of_labels = {
            "apart": label_findings.telling_apart,
            "trust": label_findings.trust,
            "finding": label_findings.finding,
        }
        return of_labels[chosen](card, found, theme, words)
    of_values = {"against": value_findings.against, "errors": value_findings.errors, "ranges": value_findings.ranges}
    return of_values[chosen](card, found, theme, words)


def _show(finding: Finding) -> None:
    st.markdown(f"#### {forms.plain(finding.sentence)}")
    if finding.drawing is not None:
        config = {"displayModeBar": False, "staticPlot": True}
        st.plotly_chart(finding.drawing, key="drawing", theme=None, config=config, alt=finding.sentence)
    if finding.listed:
        st.markdown("\n".join(f"- {forms.plain(text)}" for text in finding.listed))
    if finding.table:
        st.html(finding.table)
    if finding.more:
        st.markdown("  \n".join(forms.plain(text) for text in finding.more))


def _groups(card: Card, found: Evaluation, words: Tongue) -> None:
    unseen_first = sorted(found["segments"], key=lambda segment: segment["is_input"])
    place = st.selectbox(
        words.say("Compare by"),
        range(len(unseen_first)),
        format_func=lambda at: forms.plain(unseen_first[at]["label"]),
        key=f"{PAGE}/segment/{st.session_state[MODEL]}",
        width=360,
        persist_state="session",
    )
    _show(findings.groups(card, found, unseen_first[place], state.theme(), words))


def _mistakes(card: Card, found: Classification, words: Tongue) -> None:
    """Draw the threshold and the prices of both mistakes; everything below follows them at once."""
    model = card["name"]
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    threshold = left.slider(
        words.say("Flag from"),
        0.0,
        1.0,
        0.5,
        0.01,
        format="percent",
        key=f"{PAGE}/threshold/{model}",
        persist_state="session",
    )
    false_alarm = middle.number_input(
        words.say("A false alarm costs"), 0.0, 1e9, 1.0, 1.0, "%.0f", key=f"{PAGE}/alarm/{model}", persist_state="session"
    )
    missed = right.number_input(
        words.say("A missed one costs"), 0.0, 1e9, 5.0, 1.0, "%.0f", key=f"{PAGE}/missed/{model}", persist_state="session"
    )
    counts = mistakes.nearest(found["thresholds"], threshold)
    st.markdown(f"#### {forms.plain(label_findings.at_threshold(card, found, counts, words))}")
    drawing, sentence = label_findings.cost_curve(found, counts, false_alarm, missed, theme=state.theme(), tongue=words)
    counted, drawn = st.columns([2, 3], gap="large", vertical_alignment="center")
    counted.html(label_findings.confusion(card, counts, words))
    with drawn:
        config = {"displayModeBar": False, "staticPlot": True}
        st.plotly_chart(drawing, key="drawing", theme=None, config=config, alt=sentence)
        st.markdown(forms.plain(sentence))
    sure = label_findings.sureness(counts, words)
    st.markdown("  \n".join(forms.plain(text) for text in (sure, findings.repeated(words, drawn=False)) if text))
