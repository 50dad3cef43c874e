"""Prepare texts for the bundled text models. Training and scoring call the same function.

The tokenizers of ONNX differ from those of scikit-learn, but both split on a single space in the same way.
"""

import re

_TOKEN = re.compile(r"[\w']+|[:;=8][\-o*']?[)\](\[dDpP/\\|@]|<3|[!?]+|[^\w\s]")


def words(text: str) -> str:
    """Return the words, marks and emoticons of `text` in lower case, one space between them."""
    return " ".join(_TOKEN.findall(text.lower()))
