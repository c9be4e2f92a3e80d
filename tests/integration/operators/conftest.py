"""One lab for the operators' tests, and Airflow's connections to it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from lab.stage import Lab
from support.preflights import Preflight
from support.quick_retries import retry_without_pauses

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    with Lab(folder, servers=["host", "listener", "store", "mail"], scale=0.01) as lab:
        yield lab


@pytest.fixture
def preflight(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preflight]:
    for name, connection in lab.connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
    retry_without_pauses(monkeypatch)
    yield Preflight(lab)
    lab.set_store_faults()
    for folder in (lab.paths.store, lab.paths.dumps, lab.paths.home):
        folder.chmod(0o755)
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
