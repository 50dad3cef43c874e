"""The place to drop a file, in the reader's language: Streamlit's own words speak English only."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from demo.text.translation import Tongue


def draw(label: str, types: list[str], largest_mb: int, key: str, words: Tongue) -> UploadedFile | None:
    """Draw it; return what was dropped. What was dropped stays there while it is drawn, run after run."""
    choose, limits = words.say("Choose a file"), words.say("or drop it here, up to {n} MB", n=words.number(largest_mb))
    st.html(f"<style>:root {{ --choose: '{choose}'; --limits: '{limits}'; }}</style>")
    return st.file_uploader(label, type=types, max_upload_size=largest_mb, key=key)
