"""Files: drop a file of cases, see what it was recognised as, how the answers spread, and any row of it.

Knows: the order of the page. Must not know: how a file is read or asked about.
"""

from functools import partial
from typing import Any

import streamlit as st

from client import Card, Nonsense, RecognisedFile, Refused, ServiceError
from demo import answers, banner, forms, refusals, scales, scored_file, state, wording
from demo.cases import MODEL
from demo.charts import distribution
from demo.scored_file import EVERY, REFUSED, ScoredFile
from demo.tongue import Tongue

PAGE = "files"
_TYPES = {
    "csv": "text/csv",
    "tsv": "text/csv",
    "txt": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
    "arrows": "application/vnd.apache.arrow.stream",
}
_LARGEST_MB = 256
_FORMATS = {"csv": "CSV", "arrow": "Arrow", "parquet": "Parquet"}
_SIGNS = {"": "–", "tab": "Tab"}
_NAMED = 8


def page() -> None:
    """Draw the page from top to bottom."""
    card, words = answers.card(st.session_state[MODEL]), state.tongue()
    state.write_address(card)
    st.title(words.say("A whole file at once"), anchor=False)
    held: dict[str, ScoredFile] = st.session_state.setdefault("files", {})
    if card["name"] not in held:
        found = _uploaded(card, words)
        if found is None:
            return
        held[card["name"]] = found
        st.rerun()
    _show(card, held[card["name"]], words)


def _uploaded(card: Card, words: Tongue) -> ScoredFile | None:
    """Draw the place to drop a file, and score what was dropped there."""
    choose, limits = words.say("Choose a file"), words.say("or drop it here, up to {n} MB", n=words.number(_LARGEST_MB))
    st.html(f"<style>:root {{ --choose: '{choose}'; --limits: '{limits}'; }}</style>")  # Streamlit's own speak English only
    upload = st.file_uploader(
        words.say("A file with one case a row: CSV, Parquet or an Arrow stream"),
        type=list(_TYPES),
        max_upload_size=_LARGEST_MB,
        key=f"{PAGE}/upload/{card['name']}",
    )
    if upload is None:
        names = ", ".join(forms.plain(field["name"]) for field in card["inputs"])
        st.caption(words.say("Its first line names the columns; these are read, in any order: {names}.", names=names))
        if card.get("real_rows"):
            st.download_button(
                words.say("A sample to begin with"),
                partial(scored_file.sample, card),
                f"{card['name']}-sample.csv",
                "text/csv",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
        return None
    told, bar = st.empty(), st.progress(0.0, words.say("The file is on its way …"))
    kind = _TYPES[upload.name.rpartition(".")[2].lower()]
    try:
        with state.client().score_file(card["name"], upload, kind, version=card["version"]) as (recognised, pieces):
            told.caption(_recognised(upload.name, recognised, words))
            rows = max(1, recognised["rows"])

            def seen(count: int) -> None:
                text = words.say("{n} of {all} rows", n=words.number(count), all=words.number(recognised["rows"]))
                bar.progress(min(1.0, count / rows), text)

            table = scored_file.read(pieces, seen)
        if not scored_file.is_whole(card, recognised, table):
            raise Nonsense("The answer lacks columns or rows.")
    except Refused as error:
        bar.empty()
        _say_refused(error, words)
        return None
    except ServiceError as error:
        bar.empty()
        banner.note(error)
        return None
    return ScoredFile(upload.name, recognised, card["version"], table)


def _say_refused(error: Refused, words: Tongue) -> None:
    """Say why nothing of the file was scored, and what to mend."""
    st.error(words.say("This file cannot be scored, so nothing of it was. Mend it and drop it again."), icon="📄")
    for sentence in refusals.of_file(error, words):
        st.caption(f"• {forms.plain(sentence)}")


def _recognised(name: str, recognised: RecognisedFile, words: Tongue) -> str:
    parts = [words.count("{n} row", "{n} rows", recognised["rows"]), _FORMATS.get(recognised["format"], "?")]
    if "separator" in recognised:
        sign = _SIGNS.get(recognised["separator"], recognised["separator"])
        parts.append(words.say("cells apart by {sign}", sign=forms.plain(sign)))
    if "decimal" in recognised:
        comma = recognised["decimal"] == "comma"
        parts.append(words.say("decimal comma") if comma else words.say("decimal point"))
    if "encoding" in recognised:
        parts.append(recognised["encoding"].upper())
    parts.append(words.count("{n} column read", "{n} columns read", len(recognised["columns"])))
    text = f"**{forms.plain(name)}** · {' · '.join(parts)}"
    if recognised["ignored"]:
        others = ", ".join(forms.plain(each) for each in recognised["ignored"][:_NAMED])
        others += " …" if len(recognised["ignored"]) > _NAMED else ""
        text += "  \n" + words.say("Passed through unread: {names}.", names=others)
    return text


def _show(card: Card, file: ScoredFile, words: Tongue) -> None:
    counts = scored_file.counts(card, file.table)
    scored = counts[EVERY] - counts[REFUSED]
    with st.container(horizontal=True, vertical_alignment="center", key="file-head"):
        st.caption(_recognised(file.name, file.recognised, words))
        st.button(words.say("Another file"), on_click=_forget(card), icon=":material/upload_file:", type="tertiary")
    if file.version != card["version"]:
        st.info(
            words.say("These answers are of an earlier version of the model. Drop the file again for new ones."), icon="🕰️"
        )
    said = words.count("{n} row scored", "{n} rows scored", scored)
    refused = words.count("{n} row not scored", "{n} rows not scored", counts[REFUSED]) if counts[REFUSED] else ""
    st.html(f'<p class="headline"><strong>{said}</strong>{f"<span>{refused}</span>" if refused else ""}</p>')
    if scored:
        _distribution(card, file, counts, words)
    _rows(card, file, counts, words)
    _downloads(card, file, words)


def _forget(card: Card) -> Any:
    def forget() -> None:
        st.session_state["files"].pop(card["name"], None)

    return forget


def _distribution(card: Card, file: ScoredFile, counts: dict[str, int], words: Tongue) -> None:
    bins = scored_file.bins(card, file.table)
    scale = scales.of(card, [bins[0][0], bins[-1][1]], words)
    ticks = [(at, words.number(at)) for at in scales.nice(0, max(rows for _, _, rows in bins), 5)]
    scored = counts[EVERY] - counts[REFUSED]
    shares = [
        words.say(
            "{band}: {share}", band=band.get("label") or band["value"], share=words.percent(counts[band["value"]] / scored)
        )
        for band in card["output"].get("bands", [])
    ]
    low, high = (wording.answer_with_unit(card, at, words) for at in scored_file.middle_half(card, file.table))
    summary = words.say("Half of the answers lie between {low} and {high}.", low=low, high=high) + (
        f" {' · '.join(shares)}." if shares else ""
    )
    figure = distribution.spread(bins, scale, ticks, state.theme())
    st.plotly_chart(figure, key="spread", theme=None, config={"displayModeBar": False, "staticPlot": True}, alt=summary)
    st.caption(forms.plain(summary))


def _rows(card: Card, file: ScoredFile, counts: dict[str, int], words: Tongue) -> None:
    """Draw the choice of rows, the rows, and the way from one of them to Try."""
    names = {EVERY: words.say("all"), REFUSED: words.say("not scored")}
    names |= {band["value"]: band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    orders = {"high": words.say("highest first"), "low": words.say("lowest first"), "file": words.say("as in the file")}
    with st.container(horizontal=True, vertical_alignment="bottom", key="file-choice"):
        choice = st.pills(
            words.say("Rows"),
            [each for each in counts if counts[each] or each == EVERY],
            format_func=lambda each: f"{forms.plain(names[each])} {words.number(counts[each])}",
            key=f"{PAGE}/choice/{card['name']}",
            default=EVERY,
            required=True,
        )
        order = st.selectbox(
            words.say("Order"), list(orders), format_func=orders.__getitem__, key=f"{PAGE}/order/{card['name']}", width=220
        )
    shown = scored_file.chosen(card, file.table, choice or EVERY, order or "high")
    if choice == REFUSED:
        shown = scored_file.told(shown, lambda codes, sentence: refusals.of_row(card, codes, sentence, words))
    column = scored_file.answer_column(card)
    columns: dict[str, Any] = {
        "decision": st.column_config.TextColumn(words.say("decision")),
        "row": st.column_config.NumberColumn(words.say("row"), pinned=True),
    }
    if wording.is_classification(card):
        columns[column] = st.column_config.NumberColumn(words.say("chance"), format="percent")
    if choice == REFUSED:
        columns["error"] = st.column_config.TextColumn(words.say("why"), width="large")
    picked: Any = st.dataframe(
        shown,
        column_config=columns,
        hide_index=True,
        height=320,
        on_select="rerun",
        selection_mode="single-row",
        key=f"{PAGE}/table/{choice}/{order}",
    )
    if counts[choice or EVERY] > shown.num_rows:
        st.caption(words.count("The first {n} row is shown.", "The first {n} rows are shown.", shown.num_rows))
    at = next(iter(picked.selection.rows), None)

    def open_row() -> None:
        state.take(card, scored_file.case_of(card, file, shown["row"][at].as_py()))
        state.go_home(card)

    st.button(
        words.say("Open this row in Try"),
        on_click=open_row,
        disabled=at is None,
        help=None if at is not None else words.say("Choose a row of the table first."),
    )


def _downloads(card: Card, file: ScoredFile, words: Tongue) -> None:
    with st.container(horizontal=True, key="file-downloads"):
        for name, make, kind in (
            ("csv", scored_file.as_csv, "text/csv"),
            ("parquet", scored_file.as_parquet, "application/vnd.apache.parquet"),
        ):
            st.download_button(
                words.say("Download all as {format}", format=_FORMATS[name]),
                partial(make, file.table),
                f"{card['name']}-scored.{name}",
                kind,
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
