"""
How fast is it, on this machine, now? Printed, never asserted: ``make bench``.

Each part runs its ways in turns and prints ratios of medians, so that other work on the machine
disturbs all alike.
"""

from __future__ import annotations

import argparse
import sys

import logs
import waiting

PARTS = ("logs", "waiting")


def main() -> int:
    """Measure what was asked for, and print the tables."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them if none is")
    parser.add_argument("--megabytes", type=int, default=100, help="of each kind of log")
    parser.add_argument("--waiting", type=int, default=200, help="exports that wait at once")
    options = parser.parse_args()
    wanted = options.parts or PARTS
    if "logs" in wanted:
        _say(logs.measure(megabytes=options.megabytes))
    if "waiting" in wanted:
        _say(waiting.measure(waiting=options.waiting))
    return 0


def _say(lines: object) -> None:
    for line in lines:  # type: ignore[attr-defined]
        print(line, flush=True)
    print()


if __name__ == "__main__":
    sys.exit(main())
