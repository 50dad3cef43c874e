"""Which column of a file holds which field: by its exact name, by its label, or as the caller says."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

_MAX_NAMES = 2000
"""A file with more columns is refused anyway."""
_GAPS = re.compile(r"[\s_-]+")


class AmbiguousColumn(Exception):
    """Several columns could hold one field."""

    def __init__(self, field: str, columns: list[str]) -> None:
        super().__init__(f"Several columns could be {field}: {', '.join(columns)}.")
        self.field = field
        self.columns = columns


class ColumnNames:
    """The fields of a model, which find their columns in the header of a file.

    `fields` has the labels of each field, in all languages; without it the fields are the required ones. `columns` says
    which column holds a field: the field then takes no other. An exact name comes before all others. Then a name or a label
    counts in capitals or not, with spaces, hyphens or underscores. A label that two fields have counts for none.
    """

    def __init__(
        self,
        required: Iterable[str],
        fields: Mapping[str, Collection[str]] | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        self._required = list(required)
        self._fields = dict(fields or dict.fromkeys(self._required, ()))
        self._columns = dict(columns or {})
        self._spellings = _unique(
            (fold(label), name) for name, labels in self._fields.items() for label in {*labels} if label
        )
        self._spellings |= _unique((fold(name), name) for name in self._fields)

    def find(self, names: Sequence[str]) -> dict[str, str]:
        """Return field → column, for the fields that have one. Raises AmbiguousColumn."""
        candidates = self._candidates(names)
        for field, columns in candidates.items():
            if len(columns) > 1:
                raise AmbiguousColumn(field, columns)
        return {field: candidates[field][0] for field in self._fields if field in candidates}

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return the required fields that have no column."""
        candidates = self._candidates(names)
        return [field for field in self._required if field not in candidates]

    def free(self, names: Sequence[str]) -> list[str]:
        """Return the columns that hold no field, and are not one of several that could."""
        taken = {column for columns in self._candidates(names).values() for column in columns}
        return [name for name in dict.fromkeys(filter(None, names)) if name not in taken]

    def _candidates(self, names: Sequence[str]) -> dict[str, list[str]]:
        """Return field → the columns that could hold it."""
        unique = dict.fromkeys(filter(None, names))
        candidates = {field: [column] for field, column in self._columns.items() if column in unique}
        taken = set(self._columns.values())
        free = [field for field in self._fields if field not in self._columns]
        candidates |= {field: [field] for field in free if field in unique and field not in taken}
        spelled: dict[str, list[str]] = {}
        for name in islice(unique, _MAX_NAMES):
            field = self._spellings.get(fold(name))
            if field in free and field not in candidates and name not in taken and name not in candidates:
                spelled.setdefault(field, []).append(name)
        return candidates | spelled


def _unique(spellings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return spelling → field, for the spellings of one field alone."""
    pairs = set(spellings)
    owners = Counter(spelling for spelling, _ in pairs)
    return {spelling: field for spelling, field in pairs if owners[spelling] == 1}


def fold(name: str) -> str:
    """Return what two spellings of a name have in common: without capitals, with one space for each gap."""
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()


def name_as_words(name: str) -> str:
    """Return the name of a field as a label for people: `has_car` → "Has car", `GrLivArea` stays."""
    words = " ".join(name.replace("_", " ").split()) or name
    return words[:1].upper() + words[1:]
