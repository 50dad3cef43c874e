"""python -m benchmarks [serving | nights]: prints how ours compares with the usual service, or a night here and on Dask."""

import argparse

from benchmarks import nightly_jobs
from benchmarks.serving import MODELS, Comparison, compare


def main() -> None:
    """Measure and print one line a kind of request, or a night."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.set_defaults(seconds=5.0, models=MODELS, measure=_serving)
    kinds = parser.add_subparsers(metavar="serving | nights")
    serving = kinds.add_parser("serving", help="the service beside the usual one; this when nothing is said")
    serving.add_argument("--seconds", type=float, default=5.0, help="how long each load runs")
    serving.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    nightly = kinds.add_parser("nights", help="nightly predictions by this process beside Dask's workers")
    nightly.set_defaults(measure=_nights)
    nightly.add_argument("--rows", type=int, default=100_000)
    nightly.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    chosen.measure(chosen)


def _serving(chosen: argparse.Namespace) -> None:
    for model in chosen.models:
        for comparison in compare(model, chosen.seconds):
            print(f"{model:18} {comparison.name:36} {_line(comparison)}")


def _line(comparison: Comparison) -> str:
    ours, usual = comparison.ours, comparison.usual
    return (
        f"ours {ours.answers_a_second:8,.0f}/s (p50 {ours.percentile_milliseconds(0.5):.2f} ms)"
        f"   usual {usual.answers_a_second:6,.0f}/s (p50 {usual.percentile_milliseconds(0.5):.2f} ms)"
        f"   {comparison.ratio:5.1f} ×"
    )


def _nights(chosen: argparse.Namespace) -> None:
    for night in nightly_jobs.compare(chosen.rows, chosen.workers):
        print(
            f"{chosen.rows:,} rows, scored {night.times:2} × each   this process {night.local_seconds:6.1f} s"
            f"   {night.workers} on Dask {night.dask_seconds:6.1f} s   {night.ratio:5.2f} ×",
            flush=True,
        )


if __name__ == "__main__":
    main()
