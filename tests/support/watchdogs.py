"""Runs the watchdog's real DAG in this process against a lab, look by look."""

from __future__ import annotations

import email
import json
import os
from dataclasses import dataclass
from email import policy
from typing import TYPE_CHECKING, Any

import yaml

from oracle_backup.operators.watchdog import MEMORY, MEMORY_KEY

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    import pytest

    from lab.stage import Lab


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look."""

    state: str
    mails: tuple[EmailMessage, ...]
    result: dict[str, Any] | None

    @property
    def mail(self) -> EmailMessage:
        """The one mail."""
        assert len(self.mails) == 1, self.subjects
        return self.mails[0]

    @property
    def subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.mails]

    @property
    def text(self) -> str:
        return self.mail.get_body(("plain",)).get_content()


class Watchdog:
    """
    The watchdog of a config of its own, with a store of the lab's.

    :param folder: for the config file.
    """

    def __init__(self, lab: Lab, *, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lab = lab
        self.config = folder / "backups.yaml"
        self.sections: dict[str, Any] = {}
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("ORACLE_BACKUP_CONFIG", str(self.config))
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        self.set_connections()

    @property
    def store(self) -> Path:
        """The folder that the store's path is."""
        return self.lab.paths.store / "backups"

    def configure(self, schemas: dict[str, Any], **options: Any) -> None:
        """Write a config with these schemas of the database ``lab``, and options for all."""
        defaults: dict[str, Any] = {
            "host_conn_id": "lab_host",
            "database_conn_id": "lab_database",
            "login": {"connect_identifier": "LABPDB1"},
            "environment": {"oracle_home": "/u01/home"},
            "store": {"conn_id": "lab_store", "path": "/backups"},
            "mail": {"conn_id": "lab_mail", "to": ["dba@lab.example"]},
        } | options
        config = {"defaults": defaults, "databases": {"lab": {"schemas": schemas}}}
        self.config.write_text(yaml.safe_dump(self.sections | config), encoding="utf-8")

    def set_connections(self, **changes: dict[str, Any]) -> None:
        """Give Airflow the lab's connections, some with other fields."""
        for name, connection in self.lab.connections.items():
            value = json.dumps(connection | changes.get(name, {}))
            self._monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", value)

    def look(self, *, pauses: tuple[float, ...] = ()) -> Looked:
        """Look once, as Airflow's scheduler would let it."""
        from airflow.dag_processing.dagbag import DagBag

        before = set(self.lab.mails())
        bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        dag = bag.dags["oracle_watchdog"]
        task = dag.get_task("look")
        task.pauses = pauses
        # Second tries would wait for minutes.
        task.retries = 0
        run = dag.test()
        (instance,) = run.get_task_instances()
        return Looked(
            state=str(run.state),
            mails=tuple(
                email.message_from_bytes(path.read_bytes(), policy=policy.default)
                for path in self.lab.mails()
                if path not in before
            ),
            result=instance.xcom_pull(task_ids="look"),
        )

    def forget(self, value: Any = None) -> None:
        """Lose what is remembered, or put something else in its place."""
        from airflow.models.asset import AssetModel
        from airflow.models.asset_state_store import AssetStateStoreModel
        from airflow.utils.session import create_session

        with create_session() as session:
            ids = session.query(AssetModel.id).filter(AssetModel.name == MEMORY.name)
            rows = session.query(AssetStateStoreModel).filter(
                AssetStateStoreModel.asset_id.in_(ids), AssetStateStoreModel.key == MEMORY_KEY
            )
            if value is None:
                rows.delete(synchronize_session=False)
            else:
                rows.update({"value": json.dumps(value)}, synchronize_session=False)
