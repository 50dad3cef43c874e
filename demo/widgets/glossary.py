"""The words of the figures, each explained in a sentence."""

import streamlit as st

from demo.text.translation import Translation


def draw_glossary(tr: Translation) -> None:
    """Draw a closed list of the words that a client may not know."""
    words = [
        (
            tr.text("AUC"),
            tr.text(
                "of two cases with different outcomes, how often the model gives the higher risk to the right one: "
                "50 of 100 is guessing, 100 of 100 is perfect."
            ),
        ),
        (
            tr.text("Percentage point"),
            tr.text("the difference of two percentages: from 20% to 25% is 5 percentage points, and 25% more."),
        ),
        (
            tr.text("Calibration"),
            tr.text("whether the percentages come true: of 100 cases with 30%, about 30 should happen."),
        ),
        (
            tr.text("Interval"),
            tr.text("two numbers around an answer or a figure that say how uncertain it is: the wider, the less certain."),
        ),
        (
            tr.text("Threshold"),
            tr.text("the percentage from which a case is decided in another way, for example refused."),
        ),
    ]
    with st.expander(tr.text("What do these words mean?"), icon=":material/menu_book:"):
        st.markdown("\n".join(f"- **{word}:** {meaning}" for word, meaning in words))
