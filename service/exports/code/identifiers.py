"""Names for variables, made of the names of fields and labels, which may hold anything."""

import re
import unicodedata

MAX_CHARACTERS = 24
_WORDS = (
    "abstract and any as assert async await base bool boolean break by byte case catch char checked class "
    "const continue debugger decimal def default del delegate delete do double elif else enum eval event "
    "except explicit export extends extern false final finally fixed float for foreach from function global "
    "goto if implements implicit import in infinity instanceof int interface internal is lambda let lock long "
    "nan native new none nonlocal not null object operator or out override package params pass primitive print "
    "private protected public raise readonly record ref return sbyte sealed select self short sizeof "
    "stackalloc static strictfp string super switch synchronized this throw throws transient true try typeof "
    "uint ulong unchecked undefined unless unsafe ushort using var virtual void volatile when where while with "
    "yield"
)
_RESERVED = frozenset(_WORDS.split())
"""What Python, JavaScript, Java or C# keep for themselves."""


class Identifiers:
    """Gives each thing a name that nothing else of a program has, whichever letters a language makes capitals."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def numbered(self, stem: str) -> str:
        """Return stem_1, stem_2 and so on."""
        while True:
            self._last[stem] = self._last.get(stem, 0) + 1
            name = f"{stem}_{self._last[stem]}"
            if name.replace("_", "") not in self._taken:
                self._taken.add(name.replace("_", ""))
                return name

    def new(self, text: str, prefix: str = "", fallback: str = "item") -> str:
        """Return small letters, digits and underscores, from a text in any script."""
        ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", ascii_text).lower()
        words = re.sub(r"[^a-z0-9]+", "_", spaced).strip("_")[:MAX_CHARACTERS].strip("_")
        stem = "_".join(filter(None, [prefix, words])) or fallback
        if stem[0].isdigit() or stem in _RESERVED:
            stem = f"{fallback}_{stem}"
        name, number = stem, 1
        while name.replace("_", "") in self._taken:
            number += 1
            name = f"{stem}_{number}"
        self._taken.add(name.replace("_", ""))
        return name


def camel_case(name: str) -> str:
    """Return shareUsedNow for share_used_now."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def pascal_case(name: str) -> str:
    """Return ShareUsedNow for share_used_now."""
    return "".join(word.capitalize() for word in name.split("_"))
