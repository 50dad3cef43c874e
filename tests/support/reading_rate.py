"""How much of known lines of text was read: one minus the edit distance over the number of characters."""

from collections.abc import Sequence


def edit_distance(one: str, other: str) -> int:
    """Return how many characters must be added, left out or replaced (Levenshtein)."""
    row = list(range(len(other) + 1))
    for count, letter in enumerate(one, start=1):
        previous, row = row, [count]
        for at, match in enumerate(other):
            row.append(min(previous[at + 1] + 1, row[at] + 1, previous[at] + (letter != match)))
    return row[-1]


def pair_lines(truth: Sequence[str], read: Sequence[str]) -> list[tuple[str, str]]:
    """Return each true line with the read line that is nearest to it; what has no partner is beside an empty text.

    The pair with the smallest distance comes first. Lines that have nothing in common are no pair.
    """
    pairs: list[tuple[str, str]] = []
    free_true, free_read = dict(enumerate(truth)), dict(enumerate(read))
    for i, line in enumerate(truth):
        same = next((j for j, other in free_read.items() if other == line), None)
        if same is not None:
            pairs.append((free_true.pop(i), free_read.pop(same)))
    near = [(edit_distance(a, b), i, j) for i, a in free_true.items() for j, b in free_read.items()]
    for distance, i, j in sorted(near):
        if i in free_true and j in free_read and distance < max(len(truth[i]), len(read[j])):
            pairs.append((free_true.pop(i), free_read.pop(j)))
    return pairs + [(line, "") for line in free_true.values()] + [("", line) for line in free_read.values()]


def reading_rate(pairs: Sequence[tuple[str, str]], letters: str = "") -> float:
    """Return the share of characters that were read right; with `letters`, only these count on both sides."""
    if letters:
        pairs = [(_only(letters, one), _only(letters, other)) for one, other in pairs]
    return 1 - sum(edit_distance(*pair) for pair in pairs) / sum(len(line) for line, _ in pairs)


def _only(letters: str, text: str) -> str:
    return "".join(letter for letter in text if letter in letters)
