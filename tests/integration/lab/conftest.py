"""Labs for the tests of the lab itself, and Airflow's connections to them."""

from __future__ import annotations

import json
import os
import tempfile

import pytest

from lab.stage import Lab

# Airflow makes its home, with a configuration file in it, when it is first imported.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))
os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")


@pytest.fixture(scope="session")
def running_lab(tmp_path_factory):
    """All four servers, shared: a test leaves them as it found them. The path has a blank."""
    with Lab(tmp_path_factory.mktemp("shared") / "a lab", scale=0.02) as lab:
        yield lab


@pytest.fixture
def airflow_lab(running_lab, monkeypatch):
    """The shared lab, with its connections in Airflow's environment."""
    for conn_id, connection in running_lab.connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
    monkeypatch.setenv("SSL_CERT_FILE", str(running_lab.keys.ca))
    return running_lab


@pytest.fixture
def own_state(tmp_path):
    """The state folder for a lab that one test starts and ends itself."""
    return tmp_path / "own lab"
