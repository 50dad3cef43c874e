"""A file before it is scored: the drop zone, its progress, and why it was not scored."""

from functools import partial

import streamlit as st

from client import Card, RecognisedFile, Refused, ServiceError
from demo.files import file_summary, refusal_text, scored_file
from demo.files.upload_job import CHARSETS, UploadJob, copy_to_disk
from demo.session import query_errors, service_queries, shared_resources
from demo.text.translation import Translation
from demo.widgets import drop_zone, forms
from wire.media_types import ARROW, CSV, PARQUET

PAGE = "files"
_TYPES = {
    "csv": CSV,
    "tsv": CSV,
    "txt": CSV,
    "parquet": PARQUET,
    "arrow": ARROW,
    "arrows": ARROW,
}
_MAX_MB = 256
_LOOK_SECONDS = 0.5


def held() -> dict[str, UploadJob]:
    """Return model → the file of this visit."""
    files: dict[str, UploadJob] = st.session_state.setdefault("files", {})
    return files


def take_one(card: Card, sent: UploadJob | None, tr: Translation) -> None:
    """Draw the place to drop a file, and send what was dropped there, once."""
    label = tr.text("A file with one case a row: CSV, Parquet or an Arrow stream")
    upload = drop_zone.draw(label, list(_TYPES), _MAX_MB, f"{PAGE}/upload/{card['name']}", tr)
    if upload is not None and not (sent and sent.upload_id == upload.file_id):
        kind = _TYPES[upload.name.rpartition(".")[2].lower()]
        held()[card["name"]] = new = UploadJob(upload.name, kind, copy_to_disk(upload), upload.file_id)
        new.send(shared_resources.client(), card)
        st.rerun()
    if sent is None:
        _what_to_bring(card, tr)


def _what_to_bring(card: Card, tr: Translation) -> None:
    names = ", ".join(forms.plain(field["name"]) for field in card["inputs"])
    st.caption(tr.text("Its first line names the columns; these are read, in any order: {names}.", names=names))
    if card.get("real_rows"):
        st.download_button(
            tr.text("A sample to begin with"),
            partial(scored_file.make_sample, card),
            f"{card['name']}-sample.csv",
            CSV,
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
        )


def on_its_way(card: Card, sent: UploadJob, tr: Translation) -> None:
    """Show how far the file has come; whoever leaves the page finds it further on."""

    @st.fragment(run_every=_LOOK_SECONDS)
    def look() -> None:
        if not sent.is_running:
            st.rerun()
        found = sent.recognised
        st.caption(named(sent.name, found, tr) if found else f"**{forms.plain(sent.name)}**")
        rows = {"n": tr.number(sent.rows_scored), "all": tr.number(found["rows"] if found else 0)}
        said = tr.text("{n} of {all} rows", **rows) if found else tr.text("The file is on its way …")
        st.progress(min(1.0, sent.rows_scored / max(1, found["rows"])) if found else 0.0, said)

    look()
    st.caption(tr.text("You may look at other pages meanwhile: the answers will be here."))
    st.button(tr.text("Stop"), on_click=partial(forget, card), icon=":material/close:", type="tertiary")


def forget(card: Card) -> None:
    if gone := held().pop(card["name"], None):
        gone.cancel()


def say_why(card: Card, sent: UploadJob, error: ServiceError, tr: Translation) -> None:
    """Say why nothing of the file was scored, and what to do: mend it, settle what is unclear, or send it again."""
    st.caption(f"**{forms.plain(sent.name)}**")
    if isinstance(error, Refused) and refusal_text.is_fault_of_file(error):
        st.error(tr.text("This file cannot be scored, so nothing of it was. Mend it and drop it again."), icon="📄")
        for sentence in refusal_text.describe_file_errors(error, tr):
            st.markdown(f"- {forms.plain(sentence)}")
    else:
        request = f"  \n:small[{tr.text('Request')} `{forms.plain(error.request_id)}`]" if error.request_id else ""
        st.warning(refusal_text.describe_failure(error, tr) + request, icon="⚠️")
    unclear = refusal_text.find_ambiguity(error)
    settled = _settle(sent, unclear, tr) if unclear else {}
    if unclear or not refusal_text.is_fault_of_file(error):
        again = partial(send_again, card, sent, settled)
        st.button(tr.text("Send it again"), on_click=again, icon=":material/refresh:", key=f"{PAGE}/again")


def _settle(sent: UploadJob, unclear: str, tr: Translation) -> dict[str, str]:
    """Draw the choice that lets a file be read as it is."""
    if unclear == "decimal":
        signs = {"comma": tr.text("decimal comma"), "point": tr.text("decimal point")}
        said = st.radio(
            tr.text("Or say how its numbers are written"),
            list(signs),
            format_func=signs.__getitem__,
            horizontal=True,
            key=f"{PAGE}/decimal/{sent.number}",
        )
    else:
        said = st.radio(
            tr.text("Or say how its letters are stored"),
            CHARSETS,
            format_func=str.upper,
            horizontal=True,
            key=f"{PAGE}/charset/{sent.number}",
        )
    return {unclear: said or ""}


def send_again(card: Card, sent: UploadJob, settled: dict[str, str]) -> None:
    if sent.error and query_errors.is_other_version(sent.error):
        service_queries.read_cards_again()
    sent.send(shared_resources.client(), service_queries.card(card["name"]), settled)


def named(name: str, found: RecognisedFile, tr: Translation) -> str:
    """Return what a file is called, and what it turned out to be."""
    text = f"**{forms.plain(name)}** · {' · '.join(map(forms.plain, file_summary.describe_format(found, tr)))}"
    passed = file_summary.describe_ignored_columns(found, tr)
    return f"{text}  \n{forms.plain(passed)}" if passed else text
