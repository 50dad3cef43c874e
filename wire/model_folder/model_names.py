"""What names a model can have, and the name of a model that its user did not name."""

import re
from pathlib import Path

MODEL_NAME = re.compile(r"[a-z0-9-]{1,64}")
"""The whole of a name: it stands in addresses and in names of folders."""
_MAX_LENGTH = 64


def slug(text: str) -> str:
    """Return a text in small letters, digits and hyphens, 64 at most; empty if it has none of them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_MAX_LENGTH].strip("-")


def name_of_location(location: str) -> str:
    """Return a name for a model from its file, its folder, or `module:function`."""
    is_function = ":" in location and not Path(location).exists()
    return slug(location.rpartition(":")[2] if is_function else Path(location).stem) or "model"
