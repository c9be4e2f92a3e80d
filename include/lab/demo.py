"""
`python -m lab.demo`: back up two schemas of the lab's database through a real Airflow.

With ``--stay`` Airflow and lab stay up, for looking and clicking, until interrupted.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from lab.airflow import AirflowStage
from lab.paths import DEFAULT_STATE
from lab.servers.launch import LabError
from lab.stage import Lab

TEMPLATE = Path(__file__).with_name("backups.template.yaml")
DAGS = ("oracle_backup__lab__HR", "oracle_backup__lab__SALES")
_ROWS_PER_SECOND = 20_000
"""Slow enough to watch the export; a real one takes longer still."""
_RUN_SECONDS = 240
_LOOK_EVERY_SECONDS = 1.0


def write_config(lab: Lab) -> Path:
    """Write the demo's backups.yaml into the lab's folder; return its path."""
    path = lab.paths.state / "backups.yaml"
    text = TEMPLATE.read_text(encoding="utf-8")
    path.write_text(
        text.format(oracle_home=json.dumps(str(lab.paths.oracle_home))), encoding="utf-8"
    )
    return path


class Narration:
    """Says with the time passed what changes; nothing twice."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._states: dict[tuple[str, str], str] = {}

    def say(self, text: str) -> None:
        """Print a line."""
        print(f"{time.monotonic() - self._begun:6.1f} s  {text}", flush=True)

    def tell_states(self, dag_id: str, states: dict[str, str]) -> None:
        """Print the tasks whose state is another than last time."""
        schema = dag_id.rpartition("__")[2]
        for task, state in states.items():
            if state in {"none", "scheduled", "queued"}:
                continue
            if self._states.get((dag_id, task)) != state:
                self._states[dag_id, task] = state
                self.say(f"{schema:<6} {task:<10} {state}")


class ExportFollower:
    """Prints what Data Pump says, from the task logs, while the export is deferred."""

    def __init__(self, airflow: AirflowStage, narration: Narration) -> None:
        self._logs = airflow.home / "logs"
        self._narration = narration
        self._told: dict[Path, int] = {}

    def tell(self, dag_id: str, run_id: str) -> None:
        """Print the row lines that are new in the export task's logs."""
        folder = self._logs / f"dag_id={dag_id}" / f"run_id={run_id}" / "task_id=export"
        for path in sorted(folder.glob("*.log*")):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for line in lines[self._told.get(path, 0) :]:
                if ". . exported" in line:
                    schema = dag_id.rpartition("__")[2]
                    self._narration.say(f"{schema:<6} {_row_of(line)}")
            self._told[path] = len(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lab.demo", description=__doc__)
    parser.add_argument("--state", type=Path, default=DEFAULT_STATE, help="folder (default .lab)")
    parser.add_argument("--stay", action="store_true", help="stay up until interrupted")
    parser.add_argument("--port", type=int, default=0, help="of the UI (default: a free one)")
    options = parser.parse_args(arguments)
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _interrupt(told))
    narration = Narration()
    try:
        narration.say("Starting the lab: an Oracle stand-in, SSH, SFTP and mail servers.")
        with Lab(options.state) as lab:
            _pace(lab)
            narration.say("Starting Airflow: API server, scheduler, DAG processor, triggerer.")
            with AirflowStage(lab, config=write_config(lab), port=options.port) as airflow:
                narration.say(f"Airflow is up: {airflow.url}")
                good = _run_backups(airflow, narration)
                _show(lab)
                if options.stay:
                    _stay(airflow, lab, told)
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; everything has ended.", file=sys.stderr)
        return 130
    narration.say("Everything has ended; nothing is left running.")
    return 0 if good else 1


def _interrupt(told: threading.Event) -> None:
    told.set()
    raise KeyboardInterrupt


def _pace(lab: Lab) -> None:
    from lab.oracle.faults import set_faults

    set_faults(lab.paths.oracle_home, pace_rows_per_second=_ROWS_PER_SECOND)


def _run_backups(airflow: AirflowStage, narration: Narration) -> bool:
    """Run both backups to their end; return whether both are green."""
    airflow.wait_for_dags(set(DAGS))
    runs = {dag_id: airflow.trigger(dag_id) for dag_id in DAGS}
    narration.say(f"Triggered {' and '.join(runs)}.")
    follower = ExportFollower(airflow, narration)
    give_up = time.monotonic() + _RUN_SECONDS
    open_runs = dict(runs)
    green = True
    while open_runs:
        for dag_id, run_id in list(open_runs.items()):
            narration.tell_states(dag_id, airflow.task_states(dag_id, run_id))
            follower.tell(dag_id, run_id)
            state = airflow.run_state(dag_id, run_id)
            if state in {"success", "failed"}:
                narration.say(f"{dag_id}: {state}")
                green = green and state == "success"
                del open_runs[dag_id]
        if time.monotonic() > give_up:
            raise LabError(f"Not ended after {_RUN_SECONDS} s: {', '.join(open_runs)}.")
        time.sleep(_LOOK_EVERY_SECONDS)
    return green


def _show(lab: Lab) -> None:
    """Print where things are, and how to look into them."""
    print("\nOn the store:")
    newest: dict[str, Path] = {}
    for manifest in sorted(lab.paths.store.rglob("*.7z.json")):
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        archive = manifest.with_suffix("")
        newest[facts["schema"]] = archive
        print(f"  {_relative(archive)}  {archive.stat().st_size:,} bytes, {_describe(facts)}")
        print(f"  {_relative(manifest)}  its manifest")
    print("Mails:")
    for mail in lab.mails():
        print(f"  {_relative(mail)}")
    program = shutil.which("7zz") or shutil.which("7z")
    print("\nLook inside one:")
    if program:
        print(f"  {Path(program).name} l {_relative(newest['SALES'])}")
    else:
        print(f"  .venv/bin/python -m py7zr l {_relative(newest['SALES'])}")


def _describe(facts: dict[str, Any]) -> str:
    rows = sum(table["rows"] for table in facts["tables"])
    verified = "read back" if facts["verified"] else "NOT read back"
    return f"{facts['verdict']}, {verified}, {rows:,} rows"


def _stay(airflow: AirflowStage, lab: Lab, told: threading.Event) -> None:
    print(f"\nThe UI: {airflow.url}  (no login, on this machine only)")
    print(f"Mails arrive in {_relative(lab.paths.mail)}. End it with Ctrl-C.", flush=True)
    try:
        told.wait()
    except KeyboardInterrupt:
        print("\nEnding ...", flush=True)


def _row_of(line: str) -> str:
    """Given a line of a task log, return Data Pump's part of it."""
    try:
        text = str(json.loads(line)["event"])
    except (ValueError, KeyError):
        text = line
    return text[text.index(". . exported") :]


def _relative(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


if __name__ == "__main__":
    sys.exit(main())
