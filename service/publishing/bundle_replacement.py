"""Replaces a bundle with a newer version of it."""

from pathlib import Path

from service.bundles.bundle_files import is_readable_bundle, read_card


def replace_bundle(folder: Path, target: Path) -> None:
    """Move a finished bundle to `target`. The earlier bundle is moved away first, so that files of two versions never mix.

    The earlier version stays beside the new one as `NAME.before`, and callers can name it by its hash. The version before
    that is removed with the parent of `folder`, a temporary folder.
    """
    old, before = folder.parent / "old", target.with_name(f"{target.name}.before")
    if target.exists():
        target.replace(old)
    folder.replace(target)
    if is_readable_bundle(old) and read_card(old).version != read_card(target).version:
        if before.exists():
            before.replace(folder.parent / "older")
        old.replace(before)
