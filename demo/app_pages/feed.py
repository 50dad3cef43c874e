"""Feed: the records of a pipeline: the count of each band, the shares over time, the worst records and the newest."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from client import Card
from demo.address.parameters import MODEL
from demo.charts import feed_chart
from demo.feed import feed_file, feed_statistics, feed_texts
from demo.feed.feed_entries import MAX_ENTRIES, FeedEntry
from demo.feed.feed_file import FeedTooLarge, UnreadableFeed
from demo.feed.feed_statistics import FeedPeriod
from demo.feed.growing_feed import GrowingFeed
from demo.feedback import feedback_form, file_answers
from demo.session import current_case, page_address, service_queries, shared_resources, visitor
from demo.text import wording
from demo.text.markup import build_footer
from demo.text.translation import Translation
from demo.views import answered_row, chart_scales
from demo.widgets import drop_zone, forms
from wire.answer_columns import DECISION, LABEL

PAGE = "feed"
_ENDINGS = ["jsonl", "ndjson", "csv", "parquet", "gz", "zip", "zst"]
_MAX_MB = 64
_FIRST_COUNT, _MORE_COUNT = 5, 10
_REFRESH_SECONDS = 3
_MAX_TICKS = 5
_MAX_NAMED = 3
_LIST_PIXELS = 760


@dataclass(frozen=True)
class _FeedFile:
    name: str
    entries: list[FeedEntry]


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    page_address.write_address(card)
    rows = feed_texts.row_form(card, 2, tr)
    st.title(
        forms.escape_markdown(tr.text("Incoming {rows}", rows=rows) if rows else tr.text("Incoming cases")), anchor=False
    )
    files: dict[str, _FeedFile] = st.session_state.setdefault("feeds", {})
    feed = shared_resources.feed(card["name"])
    if card["name"] in files:
        _draw_file_head(card, files, tr)
        _draw_entries(card, files[card["name"]].entries, tr)
        return
    entries = feed.read_newest(card) if feed else []
    if feed:
        _draw_follow_switch(card, feed, entries[-1].number if entries else 0, tr)
    if entries:
        _draw_entries(card, entries, tr)
        with st.expander(tr.text("Open a file instead")):
            _draw_upload(card, files, tr)
        return
    next_step = (
        tr.text("New ones appear here by themselves.")
        if feed
        else tr.text("Upload a file to which the pipeline has added results.")
    )
    none = feed_texts.row_form(card, 0, tr)
    text = tr.text("No {rows} yet.", rows=none) if none else tr.text("No cases yet.")
    st.info(f"{forms.escape_markdown(text)} {next_step}", icon=":material/inbox:")
    _draw_upload(card, files, tr)


def _draw_follow_switch(card: Card, feed: GrowingFeed, last_number: int, tr: Translation) -> None:
    """Draw the switch that lets the page update by itself."""
    st.toggle(tr.text("Live"), value=True, key=f"{PAGE}/follow")

    @st.fragment(run_every=_REFRESH_SECONDS)
    def update() -> None:
        newest = feed.read_newest(card)[-1:]
        if newest and newest[0].number != last_number and st.session_state.get(f"{PAGE}/follow"):
            st.rerun()

    update()


def _draw_upload(card: Card, files: dict[str, _FeedFile], tr: Translation) -> None:
    """Draw the drop zone for a file, and open the dropped file."""
    label = tr.text("A file of results: JSON lines, CSV or Parquet")
    upload = drop_zone.draw_drop_zone(label, _ENDINGS, _MAX_MB, f"{PAGE}/upload/{card['name']}", tr)
    if upload is None:
        return
    errors: dict[str, UnreadableFeed] = st.session_state.setdefault("wrong_feeds", {})
    if upload.file_id not in errors:  # read a file once, not in each run of the page
        try:
            files[card["name"]] = _FeedFile(upload.name, feed_file.read_feed_file(card, upload.name, upload))
        except UnreadableFeed as error:
            errors.clear()
            errors[upload.file_id] = error
        else:
            st.rerun()
    st.error(_describe_unreadable(errors[upload.file_id], tr), icon=":material/description:")


def _describe_unreadable(error: UnreadableFeed, tr: Translation) -> str:
    """Return why a file cannot be opened, and what to do."""
    column = forms.escape_markdown(str(error))
    if isinstance(error, FeedTooLarge):
        return tr.text("This file is too large for this page once unpacked. Open only its last part.")
    if error.has_answers:
        return tr.text(
            "This file has results of this model, but no column {name}. This page needs the model's own "
            "column names: enrich the file without --field.",
            name=column,
        )
    if column:
        return tr.text("This file has no results of this model: the column {name} is missing.", name=column)
    return tr.text("This file cannot be read, or has no results of this model.")


def _draw_file_head(card: Card, files: dict[str, _FeedFile], tr: Translation) -> None:
    def close() -> None:
        del files[card["name"]]

    with st.container(horizontal=True, vertical_alignment="center", key="file-head"):
        st.caption(f"**{forms.escape_markdown(files[card['name']].name)}**")
        st.button(tr.text("Close the file"), on_click=close, icon=":material/close:", type="tertiary")


def _draw_entries(card: Card, entries: list[FeedEntry], tr: Translation) -> None:
    st.html(feed_texts.build_counts(card, entries, tr))
    _draw_chart(card, entries, tr)
    queue = feed_statistics.select_undecided(card, entries)
    worst_column, queue_column = st.columns(2, gap="large") if queue else (st.container(width=_LIST_PIXELS), None)
    if any(not entry.row for entry in entries):
        st.info(
            tr.text(
                "Some records have no fields of the model, so only their answers are shown. Did the pipeline "
                "run with --field?"
            ),
            icon=":material/label:",
        )
    with worst_column:
        st.header(forms.escape_markdown(feed_texts.list_title(card, tr)), anchor=False)
        count = _get_count("worst")
        _draw_list(card, feed_statistics.select_worst(card, entries, count), len(entries), "worst", tr)
    if queue_column:
        with queue_column:
            st.header(tr.text("Waiting for a person"), anchor=False)
            st.caption(tr.text("In the order of the records."))
            _draw_list(card, queue[: _get_count("queue")], len(queue), "queue", tr)
    _draw_versions(card, entries, tr)


def _draw_chart(card: Card, entries: list[FeedEntry], tr: Translation) -> None:
    parts = feed_statistics.split_into_periods(entries)
    ticks = _make_ticks(parts, tr)
    bands = chart_scales.scale_bands(card)
    if bands:
        values = [band["value"] for band in sorted(card["output"]["bands"], key=lambda band: band["low"])]
        figure = feed_chart.draw_band_shares(
            [_band_shares(part, values) for part in parts], bands, ticks, theme=visitor.get_theme()
        )
    else:
        averages = [part.average for part in parts]
        scale = chart_scales.make_scale(card, [average for average in averages if average is not None], tr)
        figure = feed_chart.draw_averages(averages, ticks, scale.ticks, visitor.get_theme())
    summary = feed_texts.describe_trend(card, entries, tr)
    st.plotly_chart(figure, key="flow", theme=None, config={"displayModeBar": False, "staticPlot": True}, alt=summary)
    st.caption(forms.escape_markdown(summary))


def _band_shares(part: FeedPeriod, values: list[str]) -> list[float]:
    count = sum(part.counts.values())
    return [part.counts[value] / count if count else 0.0 for value in values]


def _make_ticks(parts: list[FeedPeriod], tr: Translation) -> list[tuple[float, str]]:
    """Return labels for some of the columns: the time of their first entry, else its number."""
    moments = [part.start for part in parts if part.start]
    labelled = range(0, len(parts), max(1, len(parts) // _MAX_TICKS))
    if not moments:
        return [(float(index), tr.number(parts[index].first_number)) for index in labelled]
    days = (moments[-1] - moments[0]).days
    return [(float(index), tr.timestamp(moments[index], days, visitor.get_time_zone())) for index in labelled]


def _get_count(section: str) -> int:
    """Return how many entries a section of the page shows."""
    count: int = st.session_state.get(f"{PAGE}/{section}", _FIRST_COUNT)
    return count


def _draw_list(card: Card, entries: list[FeedEntry], count: int, section: str, tr: Translation) -> None:
    """Draw a list of entries, each with its answer and a button that opens it in Try."""
    for entry in entries:
        with st.container(key=f"fed-{section}-{entry.number}", horizontal=True, vertical_alignment="center"):
            name = tr.text("Record {n}", n=tr.number(entry.number))
            st.html(
                answered_row.build_answered_row(
                    card, entry.row, feed_texts.format_answer(card, entry, tr), entry.band, name=name, tr=tr
                )
            )
            if entry.row and st.button(tr.text("Open in Try"), key=f"{PAGE}/{section}/{entry.number}", type="tertiary"):
                current_case.open_row(card, entry.row)
                page_address.request_first_page(card)
                st.rerun()
            _draw_feedback(card, entry, f"{section}-{entry.number}", tr)
    if count > len(entries):
        more = partial(st.session_state.__setitem__, f"{PAGE}/{section}", _get_count(section) + _MORE_COUNT)
        st.button(tr.text("Show more"), on_click=more, key=f"{PAGE}/{section}/more", icon=":material/expand_more:")


def _draw_feedback(card: Card, entry: FeedEntry, place: str, tr: Translation) -> None:
    """Draw the question whether the answer to a record is right."""
    cells = {DECISION: entry.band, wording.answer_column(card): entry.answer} | ({LABEL: entry.label} if entry.label else {})
    answer = file_answers.read_answer(card, entry.row, cells, entry.version, PAGE)
    if answer:
        question = tr.text("Record {n}: do you agree with this answer?", n=tr.number(entry.number))
        feedback_form.draw_feedback(answer, tr, question, place=f"-{place}")


def _draw_versions(card: Card, entries: list[FeedEntry], tr: Translation) -> None:
    """Draw the versions of the model that answered."""
    versions, served = sorted({entry.version[:8] for entry in entries if entry.version}), card["version"][:8]
    named = ", ".join(versions[:_MAX_NAMED]) + (" …" if len(versions) > _MAX_NAMED else "")
    parts = [tr.text("scored by the pipeline"), f"{tr.text('version')} {named}"] if versions else []
    parts += [tr.text("current version: {version}", version=served)] if versions and versions != [served] else []
    if len(entries) >= MAX_ENTRIES:
        parts.append(tr.text("only the newest {n}", n=tr.number(len(entries))))
    st.html(build_footer(parts))
