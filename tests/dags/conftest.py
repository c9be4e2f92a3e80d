"""Airflow's own loaders, in this process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if "/tests/dags/" in str(item.path):
            item.add_marker(pytest.mark.dags)


@pytest.fixture
def run_fresh():
    """Run Python code in a fresh process with this test's AIRFLOW_HOME; return what it printed."""

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=dict(os.environ),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run
