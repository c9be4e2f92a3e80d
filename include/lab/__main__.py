"""`python -m lab up`: run the lab in the foreground until interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from lab.paths import DEFAULT_STATE
from lab.stage import SERVERS, Lab, LabError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _build_parser().parse_args(arguments)
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    try:
        lab = Lab(
            options.state, servers=options.servers, ports=dict(options.port), scale=options.scale
        )
        with lab:
            _describe(lab)
            told.wait()
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    print("The lab has ended.")
    return 0


def _describe(lab: Lab) -> None:
    print(f"The lab runs; its state is in {lab.paths.state}.")
    for name, port in lab.ports.items():
        print(f"  {name:<9} 127.0.0.1:{port}")
    print(f"Connections, with their passwords: {lab.paths.connections}")
    print("For Airflow's processes:")
    for name, value in lab.environment.items():
        print(f"  export {name}='{value}'")
    print("End it with Ctrl-C.", flush=True)


def _port(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in SERVERS or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not SERVER=PORT")
    return name, int(number)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="run the lab until interrupted")
    up.add_argument("--state", type=Path, default=DEFAULT_STATE, help="its folder (default .lab)")
    up.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS, metavar="SERVER")
    up.add_argument(
        "--port", type=_port, action="append", default=[], metavar="SERVER=PORT", help="fix a port"
    )
    up.add_argument("--scale", type=float, default=1.0, help="how much data a new instance gets")
    return parser


if __name__ == "__main__":
    sys.exit(main())
