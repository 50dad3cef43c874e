"""list and show: what is in the folder of bundles, and what differs between two versions."""

import argparse
import sys
from pathlib import Path
from typing import Any

from service.models.comparisons.card_differences import (
    describe_input_changes,
    describe_metric_changes,
    describe_output_changes,
)
from service.models.stored_versions import (
    StoredVersion,
    WrongCommand,
    choose_version,
    read_versions,
    version_before,
    versions_of,
)
from service.schemas import Card, Classification
from service.schemas.localization import localized

_HEADINGS = ("model", "version", "default", "built", "scorer", "size", "state")


def add_commands(commands: "argparse._SubParsersAction[Any]") -> None:
    listing = commands.add_parser("list", help="all models and their versions")
    listing.set_defaults(act=_list)
    show = commands.add_parser("show", help="a version, and what differs from the one before it")
    show.add_argument("name")
    show.add_argument("version", nargs="?", help="its first characters, six or more; the default is the default version")
    show.add_argument("--against", metavar="VERSION", help="compare with this version")
    show.set_defaults(act=_show)


def _list(_options: argparse.Namespace, bundles: Path) -> int:
    versions, broken = read_versions(bundles)
    lines = [_HEADINGS, *map(_line, versions)]
    lines += [(folder, "", "", "", "", "", f"broken: {reason}") for folder, reason in broken.items()]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        _print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return 0


def _line(version: StoredVersion) -> tuple[str, ...]:
    card = version.card
    default = "default" if version.is_default else ""
    return card.name, version.label, default, card.built, card.scoring.scorer, _size(version.size_bytes()), "complete"


def _show(options: argparse.Namespace, bundles: Path) -> int:
    versions = versions_of(bundles, options.name)
    shown = choose_version(versions, options.version) if options.version else versions[0]
    _print_card(shown)
    try:
        other = choose_version(versions, options.against) if options.against else _other(versions, shown, bundles)
    except WrongCommand:
        if options.against:
            raise
        return 0
    _print(f"\nDifferences from version {other.label}" + (f", built {other.card.built}" if other.card.built else ""))
    _print_section("fields", describe_input_changes(other.card, shown.card) or ["the same"])
    _print_section("answer", describe_output_changes(other.card, shown.card) or ["the same form"])
    _print_section("metrics", describe_metric_changes(other.card, shown.card))
    return 0


def _other(versions: list[StoredVersion], shown: StoredVersion, bundles: Path) -> StoredVersion:
    """Return the version to compare with: for the default version the one before it, for any other one the default."""
    return version_before(versions, bundles) if shown.is_default else versions[0]


def _print_card(version: StoredVersion) -> None:
    card = localized(version.card, "en")
    gate = card.scoring
    _print(f"{card.name}  {card.version}" + ("  default" if version.is_default else ""))
    _print(f"{card.title}: {card.question}")
    _print(" · ".join([*([f"built {card.built}"] if card.built else []), gate.scorer, _size(version.size_bytes())]))
    _print_section("fields", [f"{field.name}: {field.type}" for field in card.inputs])
    _print_section("answer", [_answer(card)])
    _print_section("metrics", [f"{each.name} {each.value:.4g} on {each.rows:,} rows" for each in card.metrics])
    difference = f"largest difference from the fitted model {gate.gate_difference:.1e} on {gate.gate_rows:,} rows"
    _print_section("gate", [difference, *([gate.reason] if gate.reason else [])])


def _answer(card: Card) -> str:
    if isinstance(card.output, Classification):
        return f"one of {', '.join(label.value for label in card.output.labels)}; read as {card.output.focus}"
    return f"a value{f' in {card.output.unit}' if card.output.unit else ''}"


def _print_section(title: str, lines: list[str]) -> None:
    for index, line in enumerate(lines):
        _print(f"  {title if index == 0 else '':<8} {line}")


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e5 else f"{size_bytes / 1e3:.1f} kB"  # noqa: PLR2004 - 100 kB


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
