"""Files: upload a file of cases, see its recognised format, the distribution of the answers, and any row."""

import math
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from client import Card
from demo.address.parameters import MODEL
from demo.charts import answer_histogram
from demo.charts.ticks import round_counts
from demo.feedback import feedback_form, file_answers
from demo.feedback.feedback_entry import ShownAnswer
from demo.fields import field_types
from demo.files import row_fault_text, scored_download, scored_file, spreadsheet, warning_text
from demo.files.file_summary import FORMATS
from demo.files.scored_file import ALL_ROWS, REFUSED, WARNED, ScoredFile
from demo.files.upload_job import UploadJob
from demo.session import current_case, page_address, page_view, service_queries, visitor
from demo.text import wording
from demo.text.markup import concatenate
from demo.text.translation import Translation
from demo.views import chart_scales, row_table
from demo.widgets import file_settings, file_upload, forms
from demo.widgets.file_upload import PAGE
from wire.answer_columns import DECISION, ERROR, HIGH, LABEL, LOW, ROW, VALUE, WARNINGS

_ROW_PIXELS, _MAX_PIXELS = 35, 320


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    job = file_upload.get_job(card)
    view = page_view.get_view(PAGE)
    page_address.write_address(card, view)
    st.title(tr.text("Score a file"), anchor=False)
    if view and not job:
        st.info(tr.text("The results of this file are no longer stored. Upload it again."), icon=":material/history:")
    if job and job.scored:
        _draw_scored_file(card, job, job.scored, tr)
    elif job and job.error is None:
        file_upload.draw_progress(card, job, tr)
    else:
        if job and job.error:
            file_upload.draw_failure(card, job, job.error, tr)
        file_upload.draw_upload(card, job, tr)


def _draw_scored_file(card: Card, job: UploadJob, file: ScoredFile, tr: Translation) -> None:
    counts = scored_file.count_choices(card, file.table)
    scored = counts[ALL_ROWS] - counts[REFUSED]
    with st.container(horizontal=True, vertical_alignment="center", key="file-head"):
        st.caption(file_upload.describe_file(file.name, file.recognised, tr))
        st.button(
            tr.text("Another file"),
            on_click=partial(file_upload.cancel_upload, card),
            icon=":material/upload_file:",
            type="tertiary",
        )
    resend = partial(file_upload.resend, card, job)
    file_settings.draw_sheets(job, file.recognised.get("sheets", []), file.recognised.get("sheet", ""), resend, tr)
    if counts[REFUSED] or job.options.get("missing"):
        file_settings.draw_missing_words(job, resend, tr)
    file_settings.draw_thousands(job, file, resend, tr)
    if file.version != card["version"]:
        st.info(tr.text("These results are from an earlier version of the model."), icon=":material/history:")
        st.button(tr.text("Send it again"), on_click=partial(resend, {}), icon=":material/refresh:", key=f"{PAGE}/again")
    scored_text = tr.count("{n} row scored", "{n} rows scored", scored)
    refused = tr.count("{n} row not scored", "{n} rows not scored", counts[REFUSED]) if counts[REFUSED] else ""
    warned = tr.count("{n} row with a warning", "{n} rows with a warning", counts[WARNED]) if counts[WARNED] else ""
    notes = concatenate(Markup("<span>{}</span>").format(text) for text in (warned, refused) if text)
    st.html(Markup('<p class="headline"><strong>{}</strong>{}</p>').format(scored_text, notes))
    if not scored + counts[REFUSED]:
        st.info(tr.text("The file has the names of the columns and no rows below them."), icon=":material/table_rows:")
        return
    if scored and wording.names_label(card):
        _draw_label_shares(card, counts, scored, tr)
    elif scored:
        _draw_distribution(card, file, counts, tr)
    _draw_rows(card, job, file, counts, tr)
    _draw_downloads(card, job, tr)


def _draw_label_shares(card: Card, counts: dict[str, int], scored: int, tr: Translation) -> None:
    """Draw the share of each label: a model without probabilities has no distribution."""
    labels = {text: counts.get(scored_file.label_choice(label), 0) for label, text in wording.label_texts(card).items()}
    shares = [
        tr.text("{band}: {share}", band=wording.label_before_number(text, tr), share=tr.percent(count / scored))
        for text, count in labels.items()
    ]
    st.markdown(forms.escape_markdown(f"{' · '.join(shares)}."))


def _draw_distribution(card: Card, file: ScoredFile, counts: dict[str, int], tr: Translation) -> None:
    bins = scored_file.make_histogram(card, file.table)
    scale = chart_scales.make_scale(card, [bins[0][0], bins[-1][1]], tr)
    ticks = [(at, tr.number(at)) for at in round_counts(max(rows for _, _, rows in bins), 5) if at]
    scored = counts[ALL_ROWS] - counts[REFUSED]
    shares = [
        tr.text(
            "{band}: {share}",
            band=band.get("label") or band["value"],
            share=tr.percent(counts[band["value"]] / scored),
        )
        for band in card["output"].get("bands", [])
    ]
    low, high = (wording.format_answer_with_unit(card, at, tr) for at in scored_file.interquartile_range(card, file.table))
    half = (
        tr.text("Half of the answers lie between {low} and {high}.", low=low, high=high)
        if low != high
        else tr.text("At least half of the answers are {answer}.", answer=low)
    )
    summary = half + (f" {' · '.join(shares)}." if shares else "")
    figure = answer_histogram.draw_histogram(bins, scale, ticks, visitor.get_theme())
    st.plotly_chart(figure, key="spread", theme=None, config={"displayModeBar": False, "staticPlot": True}, alt=summary)
    st.caption(forms.escape_markdown(summary))


def _draw_rows(card: Card, job: UploadJob, file: ScoredFile, counts: dict[str, int], tr: Translation) -> None:
    """Draw the choice of rows, the rows, and a button that opens a selected row in Try."""
    choice, order, part = _draw_choice(card, job, file, counts, tr)
    table = spreadsheet.with_duration_texts(scored_file.select_rows(card, file.table, choice, order, part))
    if choice == REFUSED:
        table = scored_file.replace_error_codes(file, table, partial(row_fault_text.describe_row_errors, card, tr=tr))
    elif choice == WARNED:
        table = scored_file.replace_warning_codes(table, lambda codes: warning_text.describe_codes(card, codes, tr))
    selected: Any = st.dataframe(
        row_table.style_rows(card, table, None if choice == REFUSED else file.style, tr),
        column_config=_make_field_columns(card, table, tr) | _make_answer_columns(card, choice, tr),
        hide_index=True,
        placeholder="–",
        height=min(_MAX_PIXELS, _ROW_PIXELS * (table.num_rows + 1) + 2),
        on_select="rerun",
        selection_mode="single-row",
        key=f"{PAGE}/table/{job.number}/{choice}/{order}/{part}",
    )
    if counts[choice] > table.num_rows:
        before = part * scored_file.page_rows(file.table)
        ends = {"first": tr.number(before + 1), "last": tr.number(before + table.num_rows)}
        st.caption(tr.text("Rows {first} to {last} of {all} in this order.", **ends, all=tr.number(counts[choice])))
    number = next((table[ROW][index].as_py() for index in selected.selection.rows if index < table.num_rows), 0)

    def open_row() -> None:
        codes, cells = scored_file.read_error_codes(file, number), scored_file.read_cells(file, number)
        faults = {name: (code, cells.get(name)) for name, code in row_fault_text.read_cell_faults(card, codes).items()}
        current_case.open_row(card, file_upload.read_row(card, job, file, number, tr), faults)
        page_address.request_first_page(card)

    reason = None if number else tr.text("Choose a row of the table first.")
    if number and not file_upload.gives_pictures(card, job, file, number):
        reason = tr.text("This file does not give its pictures back. Put them into a zip archive.")
    st.button(tr.text("Open this row in Try"), on_click=open_row, disabled=bool(reason), help=reason)
    if number and (answer := _find_answer(card, file, number)):
        feedback_form.draw_feedback(answer, tr, tr.text("Row {n}: do you agree with this answer?", n=tr.number(number)))


def _find_answer(card: Card, file: ScoredFile, number: int) -> ShownAnswer | None:
    cells = file.table.slice(number - 1, 1).to_pylist()[0]
    return file_answers.read_answer(card, scored_file.model_row(card, file, number), cells, file.version, PAGE)


def _draw_choice(
    card: Card, job: UploadJob, file: ScoredFile, counts: dict[str, int], tr: Translation
) -> tuple[str, str, int]:
    """Draw the choice of rows and of their order, and of a part if there are too many for one table."""
    names = {ALL_ROWS: tr.text("all"), WARNED: tr.text("with a warning"), REFUSED: tr.text("not scored")}
    labels = wording.label_texts(card).items()
    names |= {scored_file.label_choice(label): wording.label_before_number(text, tr) for label, text in labels}
    names |= {band["value"]: band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    by_answer = {"high": tr.text("highest first"), "low": tr.text("lowest first")}
    orders = ({} if wording.names_label(card) else by_answer) | {"file": tr.text("as in the file")}
    with st.container(horizontal=True, key="file-choice"):
        choice = (
            st.pills(
                tr.text("Rows"),
                [name for name in counts if counts[name] or name == ALL_ROWS],
                format_func=lambda name: f"{forms.escape_markdown(names[name])} {tr.number(counts[name])}",
                key=f"{PAGE}/choice/{job.number}",
                default=ALL_ROWS,
                required=True,
            )
            or ALL_ROWS
        )
        order = st.selectbox(
            tr.text("Order"),
            list(orders),
            format_func=orders.__getitem__,
            key=f"{PAGE}/order/{card['name']}",
            width=220,
            disabled=choice == REFUSED,  # rows without an answer have no order by answer
        )
        parts, part = math.ceil(counts[choice] / scored_file.page_rows(file.table)), 1
        if parts > 1:
            key = f"{PAGE}/part/{job.number}/{choice}/{order}"
            part = st.number_input(tr.text("Part (of {n})", n=tr.number(parts)), 1, parts, key=key, width=220)
    return choice, order or "file", part - 1


def _make_field_columns(card: Card, table: Any, tr: Translation) -> dict[str, Any]:
    types = {column.name: str(column.type) for column in table.schema}
    fields = field_types.get_fields(card).items()
    columns = {name: kind.table_column(types[name], tr) for name, kind in fields if name in types}
    return {name: column for name, column in columns.items() if column is not None}


def _make_answer_columns(card: Card, choice: str, tr: Translation) -> dict[str, Any]:
    columns: dict[str, Any] = {
        DECISION: st.column_config.TextColumn(tr.text("decision")),
        ROW: st.column_config.Column(tr.text("row"), pinned=True),
    }
    title = wording.answer_title(card, tr)
    if wording.names_label(card):
        columns[LABEL] = st.column_config.TextColumn(tr.text("Answer"))
    elif wording.is_classification(card):
        columns[wording.answer_column(card)] = st.column_config.Column(title)
    else:
        unit = f", {card['output']['unit']}" if card["output"].get("unit") else ""
        titles = {VALUE: title, LOW: tr.text("lower end of the range"), HIGH: tr.text("upper end of the range")}
        columns |= {name: st.column_config.Column(text + unit) for name, text in titles.items()}
    if choice == WARNED:
        columns[WARNINGS] = st.column_config.TextColumn(tr.text("warnings"), width="large")
    if choice == REFUSED:
        columns[ERROR] = st.column_config.TextColumn(tr.text("why"), width="large")
    return columns


def _draw_downloads(card: Card, job: UploadJob, tr: Translation) -> None:
    describe = partial(row_fault_text.describe_row_errors, card, tr=tr)
    with st.container(horizontal=True, key="file-downloads"):
        for name, media_type in scored_download.KINDS.items():
            st.download_button(
                tr.text("Download all as {format}", format=FORMATS[name]),
                partial(scored_download.make_download, job, name, describe, tr.language),
                f"{card['name']}-scored.{name}",
                media_type,
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
