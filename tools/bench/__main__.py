"""
How fast is it, on this machine, now? Printed, never asserted: ``make bench``.

Each part runs its ways in turns and prints ratios of medians, so that other work on the machine
disturbs all alike.
"""

from __future__ import annotations

import argparse
import os
import sys

import archive
import catalogue
import logs
import waiting

PARTS = ("logs", "archive", "memory", "waiting", "catalogue")


def main() -> int:
    """Measure what was asked for, and print the tables."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them if none is")
    parser.add_argument("--megabytes", type=int, default=100, help="of each kind of log")
    parser.add_argument("--waiting", type=int, default=200, help="exports that wait at once")
    parser.add_argument("--mebibytes", type=int, default=1024, help="of the dump-like file")
    parser.add_argument("--gibibytes", type=int, default=64, help="of the dump for the memory")
    parser.add_argument("--rounds", type=int, default=3, help="of each way to an archive")
    parser.add_argument("--manifests", type=int, default=10_000, help="on the listed store")
    options = parser.parse_args()
    wanted = options.parts or PARTS
    if "logs" in wanted:
        _say(logs.measure(megabytes=options.megabytes))
    if "archive" in wanted:
        _say(archive.measure(mebibytes=options.mebibytes, rounds=options.rounds))
        if archive.SHAPED not in os.environ:
            _say(archive.measure_shaped(mebibytes=options.mebibytes, rounds=options.rounds))
            _say(archive.measure_predecessor(mebibytes=min(options.mebibytes, 256)))
    if "memory" in wanted:
        _say(archive.measure_memory(gibibytes=options.gibibytes))
    if "waiting" in wanted:
        _say(waiting.measure(waiting=options.waiting))
    if "catalogue" in wanted:
        _say(catalogue.measure(manifests=options.manifests))
    return 0


def _say(lines: object) -> None:
    for line in lines:  # type: ignore[attr-defined]
        print(line, flush=True)
    print()


if __name__ == "__main__":
    sys.exit(main())
