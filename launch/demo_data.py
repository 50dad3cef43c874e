"""Fills the pages Clients and Feed: runs the nightly jobs and the pipeline on the bundled data, once a day."""

import os
import time
from pathlib import Path

from launch.console import say, say_error
from launch.ports import Address
from launch.processes import Program, Supervisor

MODEL, COMMENTS = "credit-default", "comment-sentiment"
OWN = ("SERVICE_DATABASE_URL", "SERVICE_BUNDLES", "DEMO_FEEDS")
"""With one of these set, the store, the models or the feed is the user's: nothing is written there."""
_DAY_SECONDS = 24 * 3600


def feeds(root: Path) -> str:
    """Return the setting by which the page Feed finds what the pipeline writes."""
    return os.environ.get("DEMO_FEEDS") or f"{COMMENTS}={root / 'var' / 'feed.jsonl'}"


def run(supervisor: Supervisor, root: Path, *, service: Path, demo: Path, at: Address, api_key: str, log: Path) -> None:
    """Run what is due, with the Pythons of the two programs. If a step fails, say so; the demo runs on."""
    var = root / "var"
    done = var / "night" / "done"
    if any(name in os.environ for name in OWN) or _is_fresh(done, root / "bundles"):
        return
    done.parent.mkdir(parents=True, exist_ok=True)
    job: list[str | Path] = [service, "-m", "service.jobs"]
    steps: list[list[str | Path]] = [
        [*job, "features", "--model", MODEL, "--input", root / "data" / "card_statements.parquet", "--output", done.parent],
        [*job, "predict", "--model", MODEL, "--input", done.parent / "features.parquet", "--output", done.parent],
        [service, "-m", "service.training", "--comments", var / "comments.jsonl"],
        [demo, "-m", "pipeline", "enrich", "--overwrite", "--model", COMMENTS, var / "comments.jsonl", var / "feed.jsonl"],
    ]
    environment = {"PIPELINE_SERVICE_URL": at.url, "PIPELINE_API_KEY": api_key}
    for step in steps:
        if supervisor.run(Program("the night", step, environment, log)):
            say_error(f"  The pages Clients and Feed may lack something; why is in {os.path.relpath(log)}")
            return
    done.touch()
    say("  Clients and Feed show last night's work.\n")


def _is_fresh(done: Path, bundles: Path) -> bool:
    """Tell whether the last night was within a day, and the models are still the same."""
    try:
        trained = max((bundle.stat().st_mtime for bundle in bundles.iterdir()), default=0.0)
        return done.stat().st_mtime > max(trained, time.time() - _DAY_SECONDS)
    except FileNotFoundError:
        return False
