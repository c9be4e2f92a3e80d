"""A lab whose host the triggers look at; each test may end, freeze or cut it."""

from __future__ import annotations

import json

import pytest

from lab.stage import Lab
from oracle_backup.triggers import remote_job
from support.waiting import WaitingJobs


@pytest.fixture(scope="session")
def trigger_lab(tmp_path_factory: pytest.TempPathFactory):
    """A host and a database."""
    folder = tmp_path_factory.mktemp("triggers") / "a lab"
    with Lab(folder, servers=("host", "listener"), scale=0.01) as lab:
        yield lab


@pytest.fixture
def lab(trigger_lab: Lab, monkeypatch: pytest.MonkeyPatch):
    """The lab, with its connections in Airflow's environment, and well again afterwards."""
    for conn_id, connection in trigger_lab.connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
    # In one process there is no other that could still be winding down.
    monkeypatch.setattr(remote_job, "SETTLE_SECONDS", 0.0)
    yield trigger_lab
    trigger_lab.restart("host")


@pytest.fixture
def jobs(lab: Lab) -> WaitingJobs:
    return WaitingJobs(lab)
