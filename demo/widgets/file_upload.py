"""The upload of a file: the drop zone, the progress, and the reason for a failure."""

from contextlib import suppress
from functools import partial

import streamlit as st

from client import Card, RecognisedFile, Refused, Row, ServiceError
from demo.fields import field_types
from demo.files import case_table, column_choice, column_table, file_summary, refusal_text, scored_file, spreadsheet
from demo.files.column_choice import Header
from demo.files.scored_file import ScoredFile
from demo.files.upload_job import UploadJob, copy_to_disk
from demo.files.upload_store import UploadStore
from demo.session import page_view, query_errors, service_queries, shared_resources
from demo.text.translation import Translation
from demo.uploads import row_pictures
from demo.uploads.picture_upload import RefusedPicture, prepare_picture
from demo.widgets import drop_zone, file_settings, forms
from wire.media_types import ARROW, CSV, GZIP, PARQUET, XLSX, ZIP, ZSTD

PAGE = "files"
_TYPES = {
    "csv": CSV,
    "tsv": CSV,
    "txt": CSV,
    "xlsx": XLSX,
    "gz": GZIP,
    "zip": ZIP,
    "zst": ZSTD,
    "parquet": PARQUET,
    "arrow": ARROW,
    "arrows": ARROW,
}
_MAX_MB = 256
_REFRESH_SECONDS = 0.5


@st.cache_resource
def _upload_store() -> UploadStore:
    """Return the upload jobs of all visits."""
    return UploadStore()


def _get_jobs() -> dict[str, UploadJob]:
    """Return model → the upload job of this visit."""
    jobs: dict[str, UploadJob] = st.session_state.setdefault("files", {})
    return jobs


def get_job(card: Card) -> UploadJob | None:
    """Return the upload job of this visit for a model. A visit that begins with a link takes the job of the link."""
    model, store = card["name"], _upload_store()
    job = _get_jobs().get(model) or store.get(model, page_view.get_view(PAGE))
    if job:
        _get_jobs()[model] = job
        page_view.set_view(PAGE, job.token)
        store.put(model, job)
    return job


def _start_job(card: Card, job: UploadJob) -> None:
    _get_jobs()[card["name"]] = job
    get_job(card)
    job.send(shared_resources.client(), card)


def draw_upload(card: Card, job: UploadJob | None, tr: Translation) -> None:
    """Draw the drop zone, and start an upload job once for each dropped file."""
    label = tr.text("A file with one case per row: Excel, CSV, Parquet or an Arrow stream")
    if field_types.list_pictures(card):
        label = tr.text("A zip of pictures, alone or with a CSV that names them; or Parquet with pictures")
    upload = drop_zone.draw_drop_zone(label, list(_TYPES), _MAX_MB, f"{PAGE}/upload/{card['name']}", tr)
    if upload is not None and not (job and job.upload_id == upload.file_id):
        kind = _TYPES[upload.name.rpartition(".")[2].lower()]
        content, chosen = copy_to_disk(upload), _chosen_columns(card)
        _start_job(card, UploadJob(upload.name, kind, content, upload.file_id, chosen_columns=chosen))
        st.rerun()
    if job is None:
        _draw_requirements(card, tr)


def _draw_requirements(card: Card, tr: Translation) -> None:
    if card.get("real_rows"):
        st.download_button(
            tr.text("Download a sample file"),
            partial(case_table.make_sample, card, spreadsheet.dialect_of_language(tr.language)),
            f"{card['name']}-sample.csv",
            CSV,
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
        )
    st.markdown(tr.text("The first line must name the columns. Needed, in any order:"))
    table = column_table.build_column_table(card, tr)
    if forms.has_many_fields(card):
        with st.expander(tr.count("{n} column", "{n} columns", len(card["inputs"]))):
            st.html(table)
    else:
        st.html(table)


def draw_progress(card: Card, job: UploadJob, tr: Translation) -> None:
    """Draw the progress of a job. The job continues while the visitor reads other pages."""

    @st.fragment(run_every=_REFRESH_SECONDS)
    def update() -> None:
        if not job.is_running:
            st.rerun()
        recognised = job.recognised
        st.caption(describe_file(job.name, recognised, tr) if recognised else f"**{forms.escape_markdown(job.name)}**")
        rows = {"n": tr.number(job.rows_scored), "all": tr.number(recognised["rows"] if recognised else 0)}
        progress_text = tr.text("{n} of {all} rows", **rows) if recognised else tr.text("Uploading …")
        st.progress(min(1.0, job.rows_scored / max(1, recognised["rows"])) if recognised else 0.0, progress_text)

    update()
    st.caption(tr.text("You can use other pages meanwhile: the results will be here."))
    st.button(tr.text("Stop"), on_click=partial(cancel_upload, card), icon=":material/close:", type="tertiary")


def cancel_upload(card: Card) -> None:
    """Cancel and remove the upload job of a model."""
    page_view.set_view(PAGE, "")
    if job := _get_jobs().pop(card["name"], None):
        _upload_store().remove(card["name"], job)
        job.cancel()


def draw_failure(card: Card, job: UploadJob, error: ServiceError, tr: Translation) -> None:
    """Draw why the file was not scored, and what to do: correct it, choose an ambiguous setting, or send it again."""
    st.caption(f"**{forms.escape_markdown(job.name)}**")
    if isinstance(error, Refused) and refusal_text.is_fault_of_file(error):
        st.error(
            tr.text("This file could not be scored. Correct it and upload it again."),
            icon=":material/description:",
        )
        for sentence in refusal_text.describe_file_errors(error, tr):
            st.markdown(f"- {forms.escape_markdown(sentence)}")
    else:
        request = f"  \n:small[{tr.text('Request')} `{forms.escape_markdown(error.request_id)}`]" if error.request_id else ""
        st.warning(refusal_text.describe_failure(error, tr) + request, icon=":material/warning:")
    if isinstance(error, Refused):
        file_settings.draw_sheets(job, error.file["sheets"], error.file["sheet"], partial(resend, card, job), tr)
    ambiguity = refusal_text.find_ambiguity(error)
    charset = error.file["charset"] if isinstance(error, Refused) else ""
    settings = file_settings.draw_settings(job, ambiguity, charset, tr) if ambiguity else {}
    header = column_choice.header_of(error) if isinstance(error, Refused) else None
    if header:
        settings |= file_settings.draw_columns(card, job, header, tr)
    if ambiguity or header or not refusal_text.is_fault_of_file(error):
        st.button(
            tr.text("Send it again"),
            on_click=partial(_send_with, card, job, header, settings),
            icon=":material/refresh:",
            key=f"{PAGE}/again",
            disabled=bool(header) and "columns" not in settings,
        )


def _send_with(card: Card, job: UploadJob, header: Header | None, settings: dict[str, str]) -> None:
    """Send a file again, and use the chosen columns for the next files with this header too."""
    if header:
        _chosen_columns(card)[header] = settings["columns"]
    resend(card, job, settings)


def _chosen_columns(card: Card) -> dict[Header, str]:
    """Return header → the columns that were chosen in this visit for files of a model."""
    by_model: dict[str, dict[Header, str]] = st.session_state.setdefault("chosen_columns", {})
    return by_model.setdefault(card["name"], {})


def resend(card: Card, job: UploadJob, settings: dict[str, str]) -> None:
    """Send a file again with these settings, to the current version of the model."""
    if job.error and query_errors.is_other_version(job.error):
        service_queries.forget_cards()
    job.send(shared_resources.client(), service_queries.get_card(card["name"]), settings)


def gives_pictures(card: Card, job: UploadJob, file: ScoredFile, number: int) -> bool:
    """Return whether the pictures of a row, if the model takes any, can be read from the file."""
    columns = row_pictures.picture_columns(card, file.recognised)
    return not columns or row_pictures.gives_pictures(job.media_type, columns, scored_file.read_cells(file, number))


def read_row(card: Card, job: UploadJob, file: ScoredFile, number: int, tr: Translation) -> Row:
    """Return a row for the model, with its pictures as the service keeps them; what is refused is left out."""
    columns = row_pictures.picture_columns(card, file.recognised)
    cells = scored_file.read_cells(file, number)
    row = scored_file.model_row(card, file, number)
    for name, content in row_pictures.read_pictures(job.content, job.media_type, columns, cells, number).items():
        with suppress(RefusedPicture):
            row[name] = prepare_picture(content, tr)
    return row


def describe_file(name: str, recognised: RecognisedFile, tr: Translation) -> str:
    """Return the name and the recognised format of a file."""
    parts = [f"**{forms.escape_markdown(name)}**"]
    parts += map(forms.escape_markdown, file_summary.describe_format(recognised, tr))
    sentences = [
        file_summary.describe_matched_columns(recognised, tr),
        file_summary.describe_ignored_columns(recognised, tr),
    ]
    return "  \n".join([" · ".join(parts), *(forms.escape_markdown(sentence) for sentence in sentences if sentence)])
