"""Whole backups in the lab: one lab and one Airflow database for all tests, nothing else shared."""

import json
import os
import shutil

import pytest

from lab.stage import Lab
from support.backups import Backups


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if "/tests/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory):
    """A lab with a small database."""
    with Lab(tmp_path_factory.mktemp("lab"), scale=0.02) as lab:
        yield lab


@pytest.fixture(scope="session")
def airflow_database(lab: Lab):
    """An Airflow database in this process's AIRFLOW_HOME, and the lab's connections."""
    for name, connection in lab.connections.items():
        os.environ[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(connection)
    os.environ["SSL_CERT_FILE"] = lab.environment["SSL_CERT_FILE"]
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def backups(lab: Lab, airflow_database: None, tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Backups of the lab's schemas, on an empty store and without faults."""
    # In one process there is no other that could still be winding down.
    monkeypatch.setattr("oracle_backup.triggers.remote_job.SETTLE_SECONDS", 0.0)
    for folder in (lab.paths.store, lab.paths.dumps):
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    backups = Backups(lab, folder=tmp_path)
    backups.set_faults()
    lab.set_store_faults()
    lab.refuse_mail(None)
    yield backups
    backups.set_faults()
    lab.set_store_faults()
    lab.refuse_mail(None)
