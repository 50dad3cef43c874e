"""Text as the bundled text models take it. Training and scoring call the same function, so no converter has to repeat it.

(ONNX's own tokenizers differ from scikit-learn's; splitting on one space does not.)
"""

import re

_TOKEN = re.compile(r"[\w']+|[:;=8][\-o*']?[)\](\[dDpP/\\|@]|<3|[!?]+|[^\w\s]")


def words(text: str) -> str:
    """Return the words, marks and emoticons of `text` in lower case, one space between them."""
    return " ".join(_TOKEN.findall(text.lower()))
