"""The names of the parameters in the URL. The parameter of a field gets an underscore if its name is reserved."""

MODEL, LANGUAGE, START, VIEW, SAVED_CASES = "model", "lang", "start", "view", "kept"
ANSWER = "_answer"
"""What the model said when a link was made."""
PACKED, STORED = "_packed", "_stored"
"""What the others are shortened to. A field never has such a parameter: its name gets one underscore more."""
_RESERVED = {MODEL, LANGUAGE, START, VIEW, SAVED_CASES, ANSWER, PACKED, STORED, "embed", "embed_options"}
"""Streamlit hides the last two, in upper or lower case."""
_MAX_MESSAGE_LENGTH = 40


def is_reserved(parameter: str) -> bool:
    """Return whether a parameter has another meaning than the value of a field."""
    return parameter.lower() in _RESERVED


def field_parameter(name: str) -> str:
    """Return the parameter of the field with this name."""
    return f"_{name}" if is_reserved(name) or name.startswith("_") else name


def shorten_parameter(parameter: str, text: str) -> str:
    """Return a parameter and its text for a message, cut to 40 characters."""
    return f"{parameter}={text}"[:_MAX_MESSAGE_LENGTH]
