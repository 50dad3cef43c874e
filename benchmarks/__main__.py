"""python -m benchmarks [--seconds N]: prints how ours compares with the usual service, as ratios.

Knows: how to print. Must not know: how it is measured.
"""

import argparse

from benchmarks.serving import compare


def main() -> None:
    """Measure and print one line a kind of request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each load runs")
    for comparison in compare(parser.parse_args().seconds):
        ours, usual = comparison.ours, comparison.usual
        print(
            f"{comparison.name:36} ours {ours.answers_a_second:8,.0f}/s (p50 {ours.percentile_milliseconds(0.5):.2f} ms)"
            f"   usual {usual.answers_a_second:6,.0f}/s (p50 {usual.percentile_milliseconds(0.5):.2f} ms)"
            f"   {comparison.ratio:5.1f} ×"
        )


if __name__ == "__main__":
    main()
