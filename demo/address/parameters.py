"""The names of the URL's parameters. A field may have any name: it gets an underscore where it would be taken for ours."""

MODEL, LANGUAGE, START, VIEW, SAVED_CASES = "model", "lang", "start", "view", "kept"
_RESERVED = {MODEL, LANGUAGE, START, VIEW, SAVED_CASES, "embed", "embed_options"}
"""Streamlit hides the last two, in any case of their letters."""
_MAX_SHOWN = 40


def is_reserved(parameter: str) -> bool:
    """Return whether a parameter is no field of the card."""
    return parameter.lower() in _RESERVED


def field_parameter(name: str) -> str:
    """Return the parameter that holds a field of this name."""
    return f"_{name}" if is_reserved(name) or name.startswith("_") else name


def describe_part(parameter: str, text: str) -> str:
    """Return a part of a URL as a message shows it, shortened."""
    return f"{parameter}={text}"[:_MAX_SHOWN]
