"""
``inspect-log``: what do these logs say, and are the exports good?

Judges by the log alone: there is no exit code to compare with, and nobody looks for dump files.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TextIO

from oracle_backup.cli.exits import EXIT_FAILED, EXIT_GOOD, EXIT_NOT_FOUND, EXIT_WARNING
from oracle_backup.domain.log import ExportLog, LogReader, inspect_record
from oracle_backup.domain.verdict import Judgement, Verdict, judge

if TYPE_CHECKING:
    import argparse

CHUNK_BYTES: Final = 1 << 18

_EXIT_CODES: Final = {
    Verdict.COMPLETE: EXIT_GOOD,
    Verdict.INCOMPLETE: EXIT_WARNING,
    Verdict.UNKNOWN: EXIT_FAILED,
    Verdict.FAILED: EXIT_FAILED,
}
# from bad to worse: a log that is not there says least
_BADNESS: Final = (EXIT_GOOD, EXIT_WARNING, EXIT_FAILED, EXIT_NOT_FOUND)
_COLOURS: Final = {
    Verdict.COMPLETE: "32",
    Verdict.INCOMPLETE: "33",
    Verdict.UNKNOWN: "35",
    Verdict.FAILED: "31",
}
_MOST_CODES_EXPLAINED: Final = 12


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``inspect-log`` to the command line."""
    parser = subparsers.add_parser(
        "inspect-log",
        help="judge exports by their logs",
        description=(
            "Judge logs of expdp, impdp, exp and imp in any language. The exit code is that of the "
            "worst: 0 complete, 3 incomplete, 1 failed or not understood, 4 file not found."
        ),
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per file and line")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a log; - reads standard input")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Judge the logs named and print what came of it."""
    codes = [_inspect(name, as_json=args.json) for name in args.files]
    return max(codes, key=_BADNESS.index)


def _inspect(name: str, *, as_json: bool) -> int:
    try:
        log = _read(name)
    except OSError as error:
        print(f"Cannot read {name}: {error.strerror or error}.", file=sys.stderr)
        return EXIT_NOT_FOUND
    judgement = judge(log, exit_code=None, dump_files=None)
    if as_json:
        record = inspect_record(log, judgement, file=name)
        # ASCII, so that no terminal's encoding can spoil it.
        print(json.dumps(record, ensure_ascii=True))
    else:
        _print_summary(name, log, judgement, out=sys.stdout)
    return _EXIT_CODES[judgement.verdict]


def _read(name: str) -> ExportLog:
    if name == "-":
        return _read_stream(sys.stdin.buffer)
    with Path(name).open("rb") as file:
        return _read_stream(file)


def _read_stream(stream: IO[bytes]) -> ExportLog:
    reader = LogReader()
    while data := stream.read(CHUNK_BYTES):
        reader.feed(data)
    return reader.close()


def _print_summary(name: str, log: ExportLog, judgement: Judgement, *, out: TextIO) -> None:
    lines = [
        f"  {name}",
        *(f"  {reason}" for reason in judgement.reasons),
        *(f"  Note: {warning}" for warning in judgement.warnings),
        *_advice(judgement),
        *_facts(log),
    ]
    # A log may hold signs that the terminal's encoding lacks, and such as steer a terminal.
    encoding = out.encoding or "utf-8"
    text = "\n".join(map(_printable, lines)).encode(encoding, "replace").decode(encoding)
    print(_coloured(judgement.verdict, out=out) + text, file=out)


def _advice(judgement: Judgement) -> list[str]:
    """List what to do, each advice once, what is worst first."""
    if judgement.verdict is Verdict.COMPLETE:
        return []
    findings = sorted(judgement.codes, key=lambda finding: not finding.loses_data)
    advice = {f"  To do: {found.todo} ({found.code})": None for found in findings if found.count}
    return list(advice)[:_MOST_CODES_EXPLAINED]


def _facts(log: ExportLog) -> list[str]:
    facts: list[tuple[str, Any]] = [
        ("tool", " ".join(filter(None, (log.tool, log.version))) or None),
        ("job", log.job),
        ("elapsed", log.elapsed),
        ("tables", f"{log.table_count} with {log.row_count} rows" if log.table_count else None),
        ("dump files", ", ".join(log.dump_files) or None),
        ("codes", ", ".join(log.codes) or None),
    ]
    return [f"  {label:<11} {value}" for label, value in facts if value is not None]


def _coloured(verdict: Verdict, *, out: TextIO) -> str:
    word = verdict.value.upper()
    if out.isatty() and "NO_COLOR" not in os.environ:
        return f"\x1b[1;{_COLOURS[verdict]}m{word}\x1b[0m"
    return word


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in line)
