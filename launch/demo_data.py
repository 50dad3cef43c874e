"""Fills the pages Clients and Feed: runs the nightly jobs and the pipeline on the bundled data.

The features of the adverts are computed already: to read the texts of 300 pictures takes minutes.

`make demo` does this at its start if the last run is more than a day old, or if a model changed after it.
"""

import os
import time
from pathlib import Path

from launch.console import say, say_error
from launch.ports import Address
from launch.processes import Program, Supervisor

MODEL, COMMENTS, ADVERTS = "credit-default", "comment-sentiment", "ad-response"
USER_SETTINGS = ("SERVICE_DATABASE_URL", "SERVICE_BUNDLES", "DEMO_FEEDS")
"""If one of these is set, the store, the models or the feed belongs to the user, and nothing is written there."""
_DAY_SECONDS = 24 * 3600


def feeds(root: Path) -> str:
    """Return the value of DEMO_FEEDS with which the page Feed finds the output of the pipeline."""
    return os.environ.get("DEMO_FEEDS") or f"{COMMENTS}={root / 'var' / 'feed.jsonl'}"


def run(supervisor: Supervisor, root: Path, *, service: Path, demo: Path, at: Address, api_key: str, log: Path) -> None:
    """Run the jobs if they are due, with the Python of each program. If a step fails, print so; the demo continues."""
    var = root / "var"
    stamp = var / "nightly" / "done"
    if any(name in os.environ for name in USER_SETTINGS) or _is_fresh(stamp, root / "bundles"):
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    data = root / "data"
    job: list[str | Path] = [service, "-m", "service.jobs"]
    steps: list[list[str | Path]] = [
        [*job, "features", "--model", MODEL, "--input", data / "card_statements.parquet", "--output", stamp.parent],
        [*job, "predict", "--model", MODEL, "--input", stamp.parent / "features.parquet", "--output", stamp.parent],
        [*job, "pictures", "--model", ADVERTS, "--input", data / "adverts", "--computed", data / "advert_features.parquet"],
        [service, "-m", "service.training", "--comments", var / "comments.jsonl"],
        [demo, "-m", "pipeline", "enrich", "--overwrite", "--model", COMMENTS, var / "comments.jsonl", var / "feed.jsonl"],
    ]
    environment = {"PIPELINE_SERVICE_URL": at.url, "PIPELINE_API_KEY": api_key}
    for step in steps:
        if supervisor.run(Program("the nightly jobs", step, environment, log)):
            say_error(f"  The pages Clients and Feed may lack something; the reason is in {os.path.relpath(log)}")
            return
    stamp.touch()
    say("  The pages Clients and Feed are filled.\n")


def _is_fresh(stamp: Path, bundles: Path) -> bool:
    """Return whether the jobs ran within the last day, and no model has changed since."""
    try:
        trained = max((bundle.stat().st_mtime for bundle in bundles.iterdir()), default=0.0)
        return stamp.stat().st_mtime > max(trained, time.time() - _DAY_SECONDS)
    except FileNotFoundError:
        return False
