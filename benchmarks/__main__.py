"""`python -m benchmarks [serving | process | colons | engines | pictures | audience]`: comparisons, each of one run."""

import argparse

from benchmarks import own_process
from benchmarks.audience import GUESS_SECONDS, describe_machine, measure_audience
from benchmarks.colon_values import compare_colons
from benchmarks.load import Comparison
from benchmarks.nightly import nightly_jobs
from benchmarks.nightly.nightly_pictures import compare_pictures
from benchmarks.serving import MODELS, compare_services


def main() -> None:
    """Run the benchmark that the command names and print one line per comparison."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.set_defaults(seconds=5.0, models=MODELS, run=_serving)
    commands = parser.add_subparsers(metavar="serving | process | colons | engines | pictures | audience")
    serving = commands.add_parser("serving", help="compare the service with a tutorial service (default)")
    serving.add_argument("--seconds", type=float, default=5.0, help="how long each load runs")
    serving.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    process = commands.add_parser("process", help="compare a model in a process of its own with a tutorial service")
    process.set_defaults(run=_process)
    process.add_argument("--seconds", type=float, default=5.0, help="how long each load runs")
    process.add_argument("--models", nargs="+", choices=own_process.MODELS, default=own_process.MODELS)
    colons = commands.add_parser("colons", help="compare bodies with and without a colon in a value")
    colons.set_defaults(run=_colons)
    colons.add_argument("--seconds", type=float, default=5.0, help="how long each load runs")
    engines = commands.add_parser("engines", help="compare nightly predictions in this process and on Dask workers")
    engines.set_defaults(run=_engines)
    engines.add_argument("--rows", type=int, default=100_000, help="how many rows each job scores")
    engines.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="the numbers of workers to compare")
    pictures = commands.add_parser("pictures", help="compare nightly pictures with a plain loop")
    pictures.set_defaults(run=_pictures)
    pictures.add_argument("--pictures", type=int, default=100, help="how many adverts are measured")
    pictures.add_argument("--threads", type=int, help="default: one for each core")
    audience = commands.add_parser("audience", help="let phones follow a meeting beside predictions at full speed")
    audience.set_defaults(run=_audience)
    audience.add_argument("--phones", type=int, default=500, help="how many event streams")
    audience.add_argument("--browsers", type=int, default=0, help="how many more phones are real browsers")
    audience.add_argument("--seconds", type=float, default=30.0, help="how long the meeting takes, 300 at most")
    audience.add_argument("--guesses", action="store_true", help="let every phone guess at each case")
    options = parser.parse_args()
    options.run(options)


def _serving(options: argparse.Namespace) -> None:
    for model in options.models:
        for comparison in compare_services(model, options.seconds):
            print(f"{model:18} {_line(comparison, 'ours', 'tutorial')}", flush=True)


def _process(options: argparse.Namespace) -> None:
    for model in options.models:
        for comparison in own_process.compare_processes(model, options.seconds):
            print(f"{model:18} {_line(comparison, 'process', 'tutorial')}", flush=True)


def _colons(options: argparse.Namespace) -> None:
    for comparison in compare_colons(options.seconds):
        print(_line(comparison, "with a colon", "without"), flush=True)


def _line(comparison: Comparison, measured: str, baseline: str) -> str:
    parts = [
        f"{name} {load.answers_per_second:8,.0f}/s (p50 {load.percentile_milliseconds(0.5):.2f} ms,"
        f" {load.cpu_microseconds:,.0f} µs of processor)"
        for name, load in ((measured, comparison.measured), (baseline, comparison.baseline))
    ]
    ratios = f"{comparison.ratio:5.2f} × the answers, {comparison.cpu_ratio:5.2f} × by processor time"
    return f"{comparison.name:36} {'   '.join(parts)}   {ratios}"


def _engines(options: argparse.Namespace) -> None:
    for comparison in nightly_jobs.compare_engines(options.rows, options.workers):
        print(
            f"{options.rows:,} rows, scored {comparison.repeats:2} × each"
            f"   this process {comparison.local_seconds:6.1f} s"
            f"   {comparison.workers} on Dask {comparison.dask_seconds:6.1f} s   {comparison.ratio:5.2f} ×",
            flush=True,
        )


def _pictures(options: argparse.Namespace) -> None:
    comparison = compare_pictures(options.pictures, options.threads)
    count = comparison.pictures
    print(
        f"{count} pictures   job {count / comparison.job_seconds:.2f} a second   plain loop "
        f"{count / comparison.plain_seconds:.2f} a second   {comparison.plain_seconds / comparison.job_seconds:.2f} ×   "
        f"at most {comparison.peak_megabytes:,.0f} MB",
        flush=True,
    )


def _audience(options: argparse.Namespace) -> None:
    result = measure_audience(options.phones, options.browsers, min(options.seconds, 300.0), guesses=options.guesses)
    pages = sorted(result.page_seconds)
    print(
        f"{result.phones} phones on {describe_machine()}, {len(result.steps)} steps of the presenter, "
        f"{result.missing} missed, {len(result.errors)} errors {result.errors[:3] or ''}\n"
        f"until 95 % show a step: {result.middle_step(0.95) * 1000:,.0f} ms in the middle, "
        f"{result.worst_step(0.95) * 1000:,.0f} ms at worst; until all do: {result.worst_step(1) * 1000:,.0f} ms at worst\n"
        f"the page opens in {pages[len(pages) // 2] * 1000:,.0f} ms, the slowest in {pages[-1] * 1000:,.0f} ms; "
        f"{result.event_bytes / 1e6:,.1f} MB of events\n"
        f"predictions: {result.alone.answers_per_second:,.0f}/s alone, {result.beside.answers_per_second:,.0f}/s beside: "
        f"{result.prediction_ratio:.2f} ×, {result.beside.refused} refused",
        flush=True,
    )
    if guesses := sorted(result.guess_seconds):
        middle, worst = guesses[len(guesses) // 2] * 1000, guesses[-1] * 1000
        print(
            f"{len(guesses):,} guesses, those of a case within {GUESS_SECONDS:.0f} s: "
            f"stored in {middle:,.0f} ms in the middle, {worst:,.0f} ms at worst",
            flush=True,
        )
    if options.browsers:
        worst = max(each[-1] for each in result.browser_steps)
        print(f"{options.browsers} real browsers: all show a step within {worst * 1000:,.0f} ms at worst", flush=True)


if __name__ == "__main__":
    main()
