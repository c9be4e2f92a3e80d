"""A command that needs no connection starts at once: it imports neither Airflow nor drivers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("airflow", "paramiko", "asyncssh", "oracledb", "sqlalchemy")
PROGRAM = """
import sys
from oracle_backup.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "--config", str(ROOT / "include" / "config" / "backups.example.yaml")],
        ["inspect-log", str(ROOT / "tests" / "data" / "export_logs" / "en-expdp-success.log")],
        ["retention", "--simulate", "--keep-last", "1"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_command_without_connections_imports_nothing_heavy(arguments: list[str]):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={"PYTHONPATH": str(ROOT / "plugins"), "PATH": "/usr/bin:/bin"},
        input="2026-11-23T02:00:00Z\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )

    assert "oracle_backup" in done.stderr.split()
    assert not set(done.stderr.split()) & set(HEAVY)
