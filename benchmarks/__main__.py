"""python -m benchmarks [--seconds N]: prints how ours compares with the usual service, as ratios.

Knows: how to print. Must not know: how it is measured.
"""

import argparse

from benchmarks.serving import MODELS, Comparison, compare


def main() -> None:
    """Measure and print one line a kind of request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each load runs")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    chosen = parser.parse_args()
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


if __name__ == "__main__":
    main()
