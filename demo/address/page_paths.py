"""The paths of the pages. A page without a path here does not type-check."""

from typing import Literal, get_args

ModelPath = Literal[
    "models", "try", "what-if", "to-change", "compare", "files", "clients", "feed", "how-good", "take-away", "about"
]
PresenterPath = Literal["meetings", "run-sheet", "check", "present", "notes", "review"]
PagePath = Literal[ModelPath, PresenterPath]
PRESENTER_PATHS: tuple[PresenterPath, ...] = get_args(PresenterPath)
"""The pages that show something to a presenter alone; no meeting hides them from one who also takes part in it."""
PAGE_PATHS: tuple[PagePath, ...] = get_args(PagePath)
DEFAULT_PATH: PagePath = "try"
"""Streamlit serves this page at the root of the demo, and not at its path."""
STAGE_PATHS: tuple[PagePath, ...] = ("present", "notes")
"""The pages that are shown during a meeting: they have no menu."""
CHECK_PATH: PagePath = "check"
"""The page that says what is wrong when the service does not answer."""
