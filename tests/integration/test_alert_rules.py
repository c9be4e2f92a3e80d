"""The alert rules, asked by Prometheus' own tool."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "include" / "monitoring" / "prometheus-alerts.yaml"
TESTS = ROOT / "tests" / "data" / "monitoring" / "prometheus-alerts.test.yaml"

# Where tools/install-packages.sh puts it, or wherever it is.
OURS = str(Path(sys.prefix) / "bin" / "promtool")
PROMTOOL = shutil.which(OURS) or shutil.which("promtool")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(PROMTOOL is None, reason="promtool, of Prometheus, is not installed"),
]


def run_promtool(*arguments: str) -> str:
    done = subprocess.run(
        [str(PROMTOOL), *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_alert_rules_are_well_formed() -> None:
    assert "SUCCESS" in run_promtool("check", "rules", str(RULES))


def test_alerts_fire_when_they_should_and_not_otherwise() -> None:
    assert "SUCCESS" in run_promtool("test", "rules", str(TESTS))
