"""Marks, and what a run's end is told through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.http_monitor import http_monitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.http_monitor import Monitor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if "/tests/integration/notifications/" in str(item.path):
            item.add_marker(pytest.mark.integration)


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """A monitor that answers well."""
    with http_monitor() as monitor:
        yield monitor


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Write the config file that Airflow uses: HR of erp with these options, SALES without."""

    def write(**options: Any) -> None:
        path = tmp_path / "backups.yaml"
        monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(path))
        defaults = {
            "host_conn_id": "host",
            "database_conn_id": "database",
            "login": {"connect_identifier": "ERP"},
            "environment": {"oracle_home": "/u01/home"},
            "export": {"directory": "BACKUP_DIR"},
            "store": {"conn_id": "store", "path": "/backups"},
            "mail": {"to": ["dba@example.com"]},
        }
        schemas = {"HR": options, "SALES": {}}
        # JSON is YAML.
        path.write_text(
            json.dumps({"defaults": defaults, "databases": {"erp": {"schemas": schemas}}}),
            encoding="utf-8",
        )

    return write
