"""A picture as patches that can be hidden, and the region of it that speaks most for the answer.

A hidden patch shows the mean picture of the reference rows: black or grey instead would be unlike every picture of the
training, and the model would answer to that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Region = tuple[int, int, int, int]
"""[left, top, width, height] in pixels of the picture that the model sees."""

MAX_PATCHES = 7
"""On each side: patches of 4 × 4 pixels in a picture of 28 × 28."""
_MAX_NUMBERS = 16_000_000
"""Of the pictures that are made at once: 16 MB."""
_MIN_CONTRIBUTION = 0.01
"""A region whose patches all contribute less, as a share of the answer's scale, does not stand out."""
_SHARE_OF_STRONGEST = 0.5
"""A patch belongs to a strong region if its contribution is at least this share of the strongest one."""


@dataclass(frozen=True)
class PatchedPicture:
    """A picture (height, width) or (height, width, 3), and what a hidden patch of it shows."""

    picture: NDArray[np.uint8]
    hidden: NDArray[np.uint8]

    @cached_property
    def _ends(self) -> tuple[list[int], list[int]]:
        """The ends of the patches from top to bottom, and from left to right."""
        rows, columns = (_ends(size) for size in self.picture.shape[:2])
        return rows, columns

    @property
    def grid(self) -> tuple[int, int]:
        """The patches from top to bottom, and from left to right."""
        rows, columns = self._ends
        return len(rows) - 1, len(columns) - 1

    @property
    def regions(self) -> list[Region]:
        """The patches in reading order."""
        rows, columns = self._ends
        return [(left, top, right - left, low - top) for top, low in pairwise(rows) for left, right in pairwise(columns)]

    @cached_property
    def _patch_of_pixel(self) -> NDArray[np.intp]:
        """(height, width): the index of the patch of each pixel."""
        rows, columns = (np.searchsorted(ends, range(ends[-1]), side="right") - 1 for ends in self._ends)
        return np.asarray(rows[:, None] * self.grid[1] + columns)

    def same_patches(self) -> NDArray[np.bool_]:
        """Return (patches,): whether a patch looks the same if it is hidden."""
        differs = self.picture != self.hidden
        differs = differs.any(axis=2) if differs.ndim > 2 else differs  # noqa: PLR2004 - colours
        return np.asarray(np.bincount(self._patch_of_pixel[differs], minlength=len(self.regions)) == 0)

    def show(self, members: NDArray[np.bool_]) -> Iterator[NDArray[np.uint8]]:
        """Yield pictures (coalitions, height, width, …) part by part; the patches that are no members are hidden."""
        size = max(1, _MAX_NUMBERS // self.picture.size)
        for start in range(0, len(members), size):
            is_shown = members[start : start + size][:, self._patch_of_pixel]
            is_shown = is_shown.reshape(*is_shown.shape, *[1] * (self.picture.ndim - 2))
            yield np.where(is_shown, self.picture, self.hidden)

    def strongest_region(self, contributions: NDArray[np.float64], scale: float) -> Region | None:
        """Return the frame of the connected patches that together speak most for the answer; None if none stands out.

        `contributions` (patches,) are in the unit of the answer, whose size is `scale`.
        """
        values = contributions.reshape(self.grid)
        strongest = float(values.max())
        if strongest <= _MIN_CONTRIBUTION * scale:
            return None
        parts = _connected(values >= _SHARE_OF_STRONGEST * strongest)
        rows, columns = max(parts, key=lambda part: float(values[part].sum()))
        tops, lefts = self._ends
        left, top = lefts[columns.min()], tops[rows.min()]
        return left, top, lefts[columns.max() + 1] - left, tops[rows.max() + 1] - top


def mean_picture(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mean of pictures (rows, …), rounded."""
    return np.asarray(np.round(pictures.mean(axis=0)), dtype=np.uint8)


def _ends(size: int) -> list[int]:
    count = min(size, MAX_PATCHES)
    return [index * size // count for index in range(count + 1)]


def _connected(is_strong: NDArray[np.bool_]) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return the rows and columns of each group of cells that touch each other at a side."""
    rest = set(zip(*(index.tolist() for index in np.nonzero(is_strong)), strict=True))
    groups = []
    while rest:
        group, new = [], [rest.pop()]
        while new:
            row, column = cell = new.pop()
            group.append(cell)
            near = {(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)} & rest
            rest -= near
            new += near
        rows, columns = np.array(sorted(group)).T
        groups.append((rows, columns))
    return groups
