"""The names of files in a zip archive, as people know them, and the names by which a table finds them.

Nothing is ever written under such a name: it is only a key of a dictionary.
"""

import posixpath
import re
import unicodedata
import zipfile

_UTF8_NAME = 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
_HIDDEN_FOLDERS = ("__MACOSX", ".")
_HIDDEN_FILES = {"thumbs.db", "desktop.ini"}


def shown_name(member: zipfile.ZipInfo) -> str:
    """Return the path of a member with slashes. A name without the mark of UTF-8 is UTF-8, or else in DOS letters."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")  # how zipfile read it
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp852")  # Explorer in central Europe; its western letters are those of cp437
    return path_key(name)


def path_key(name: str) -> str:
    """Return a path in one spelling: composed letters, slashes, no `./`."""
    path = unicodedata.normalize("NFC", name.strip()).replace("\\", "/")
    return posixpath.normpath(path) if path else ""


def is_inside(path: str) -> bool:
    """Tell whether a path stays in the folder of the archive: it is not absolute, and does not lead out of it."""
    return not (path == ".." or path.startswith(("/", "../")) or _DRIVE.match(path))


def is_hidden(path: str) -> bool:
    """Tell whether a file belongs to an operating system: `__MACOSX`, `.DS_Store`, `Thumbs.db`."""
    parts = path.split("/")
    return any(part.startswith(_HIDDEN_FOLDERS) for part in parts) or parts[-1].lower() in _HIDDEN_FILES
