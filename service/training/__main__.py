"""python -m service.training [--all] [--to FOLDER]: builds the bundled models that are missing; or writes data for the jobs.

A builder: it reads settings.
"""

import argparse
import sys
import time
from pathlib import Path

from service.bundles.bundle_files import is_whole
from service.settings import BUNDLES

NAMES = ("credit-default", "credit-scorecard", "comment-sentiment", "diamond-price")


def main(arguments: list[str] | None = None) -> None:
    """Write the clients, or build what is missing or unreadable, saying how long it takes; again, there is nothing to do."""
    parser = argparse.ArgumentParser(prog="python -m service.training", description="Builds the bundled models.")
    parser.add_argument("--all", action="store_true", help="build every model again")
    parser.add_argument("--to", type=Path, default=BUNDLES, metavar="FOLDER", help="where the bundles are kept")
    parser.add_argument("--clients", type=Path, metavar="FILE", help="write 30,000 clients for a nightly job, as Parquet")
    parser.add_argument("--comments", type=Path, metavar="FILE", help="write unseen comments for a pipeline, as JSON lines")
    parser.add_argument("--statements", type=Path, metavar="FILE", help="write their card statements, six each, as Parquet")
    chosen = parser.parse_args(arguments)
    if chosen.clients or chosen.statements:
        from service.training.credit import write_clients, write_statements

        for write, file in ((write_clients, chosen.clients), (write_statements, chosen.statements)):
            if file:
                write(file)
        return
    if chosen.comments:
        from service.training.comments import write_feed

        write_feed(chosen.comments)
        return
    chosen.to.mkdir(parents=True, exist_ok=True)
    missing = [name for name in NAMES if chosen.all or not is_whole(chosen.to / name)]
    if not missing:
        return
    from service.training.recipe import build_bundle
    from service.training.recipes import RECIPES

    for place, name in enumerate(missing, start=1):
        start = time.perf_counter()
        _say(f"  training {place}/{len(missing)}  {name} … ")
        card = build_bundle(RECIPES[name], chosen.to)
        metric = card.metrics[0]
        _say(f"{metric.name} {metric.value:.3f} on {metric.rows:,} unseen rows, {time.perf_counter() - start:.0f} s\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
