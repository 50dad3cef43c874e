"""`python -m service.training`: builds the bundled models, or writes data for the jobs and the pipeline."""

import argparse
import sys
import time
from pathlib import Path

from service.bundles.bundle_files import is_readable_bundle
from service.bundles.versions.bundle_folder import default_folder
from service.errors import UnknownModel
from service.settings import BUNDLES

NAMES = ("credit-default", "credit-scorecard", "comment-sentiment", "diamond-price", "ad-response", "garment")


def main(arguments: list[str] | None = None) -> None:
    """Write the data that an option names, or build the bundles that are missing or unreadable (with `--all`: every one)."""
    parser = argparse.ArgumentParser(prog="python -m service.training", description="Builds the bundled models.")
    parser.add_argument("--all", action="store_true", help="build every model again")
    parser.add_argument("--to", type=Path, default=BUNDLES, metavar="FOLDER", help="the folder of the bundles")
    parser.add_argument("--clients", type=Path, metavar="FILE", help="write 30,000 clients for a nightly job, as Parquet")
    parser.add_argument("--comments", type=Path, metavar="FILE", help="write unseen comments for a pipeline, as JSON lines")
    parser.add_argument("--statements", type=Path, metavar="FILE", help="write their card statements, six each, as Parquet")
    options = parser.parse_args(arguments)
    if options.clients or options.statements:
        from service.training.credit import write_clients, write_statements

        for write_table, file in ((write_clients, options.clients), (write_statements, options.statements)):
            if file:
                write_table(file)
    elif options.comments:
        from service.training.comments import write_comments

        write_comments(options.comments)
    else:
        _build_bundles(options.to, build_all=options.all)


def _build_bundles(folder: Path, *, build_all: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in NAMES if build_all or not _is_built(folder, name)]
    if not names:
        return
    from service.training.recipe import build_bundle
    from service.training.recipes import RECIPES

    for number, name in enumerate(names, start=1):
        start = time.perf_counter()
        _print(f"  training {number}/{len(names)}  {name} … ")
        card = build_bundle(RECIPES[name], folder)
        metric = card.metrics[0]
        _print(f"{metric.name} {metric.value:.3f} on {metric.rows:,} unseen rows, {time.perf_counter() - start:.0f} s\n")


def _is_built(bundles: Path, name: str) -> bool:
    try:
        return is_readable_bundle(default_folder(bundles, name))
    except UnknownModel:
        return False


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
