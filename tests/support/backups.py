"""Runs a schema's real DAG in this process against the lab, and tells what came of it."""

from __future__ import annotations

import email
import json
import os
from dataclasses import dataclass, field
from email import policy
from typing import TYPE_CHECKING, Any

import yaml

from lab.oracle.faults import set_faults

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage
    from pathlib import Path

    from lab.stage import Lab


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run."""

    state: str
    tasks: dict[str, str]
    run: Any
    mails: tuple[EmailMessage, ...]
    archives: tuple[Path, ...]
    manifests: tuple[Path, ...]
    rest: tuple[Path, ...] = field(default=())

    @property
    def mail(self) -> EmailMessage:
        """The one mail of the run."""
        assert len(self.mails) == 1, [mail["Subject"] for mail in self.mails]
        return self.mails[0]

    @property
    def mail_text(self) -> str:
        """Subject and plain text of the one mail."""
        return f"{self.mail['Subject']}\n{self.mail.get_body(('plain',)).get_content()}"

    @property
    def manifest(self) -> dict[str, Any]:
        """The one manifest on the store."""
        assert len(self.manifests) == 1, self.manifests
        return json.loads(self.manifests[0].read_text(encoding="utf-8"))


class Backups:
    """
    Backups of a lab's schemas.

    :param lab: a started lab.
    :param folder: for the config file.
    """

    def __init__(self, lab: Lab, *, folder: Path) -> None:
        self.lab = lab
        self._config = folder / "backups.yaml"

    def set_faults(self, *rules: dict[str, Any], pace: float | None = None) -> None:
        """Order faults of the Oracle stand-ins; none lifts them."""
        set_faults(self.lab.paths.oracle_home, rules, pace_rows_per_second=pace)

    def configure(self, schemas: dict[str, Any], **options: Any) -> None:
        """Write a config file with these schemas, and options for all of them."""
        defaults = {
            "schedule": None,
            "host_conn_id": "lab_host",
            "database_conn_id": "lab_database",
            "login": {"method": "password", "connect_identifier": "LABPDB1"},
            "environment": {
                "oracle_home": str(self.lab.paths.oracle_home),
                "container": "LABPDB1",
            },
            "export": {"directory": "BACKUP_DIR", "exclude": ["STATISTICS"]},
            "store": {"conn_id": "lab_store", "path": "/backups"},
            "retention": {"keep_last": 3},
            "mail": {"conn_id": "lab_mail", "to": ["dba@lab.example"]},
            # No second tries: they would wait for minutes.
            "retries": 0,
        }
        if "stores" in options:
            del defaults["store"]
        for name, value in options.items():
            if isinstance(value, dict) and isinstance(defaults.get(name), dict):
                value = {**defaults[name], **value}
            defaults[name] = value
        config = {
            # One DAG in the folder: the schema's.
            "watchdog": {"enabled": False},
            "defaults": defaults,
            "databases": {"lab": {"schemas": schemas}},
        }
        self._config.write_text(yaml.safe_dump(config), encoding="utf-8")
        os.environ["ORACLE_BACKUP_CONFIG"] = str(self._config)

    def run(
        self,
        schema: str,
        *,
        conf: dict[str, Any] | None = None,
        moment: datetime | None = None,
        asked: datetime | None = None,
        **options: Any,
    ) -> Outcome:
        """
        Back up a schema through its DAG, every task in this process; for this time, or now.

        :param asked: when a person asked for a run of the time `moment`; None for a run that was
            due then.
        """
        self.configure({schema: {}}, **options)
        return self.run_configured(conf=conf, moment=moment, asked=asked)

    def run_configured(
        self,
        *,
        conf: dict[str, Any] | None = None,
        moment: datetime | None = None,
        asked: datetime | None = None,
    ) -> Outcome:
        """Back up the one schema of the config file that ORACLE_BACKUP_CONFIG names."""
        from airflow.dag_processing.dagbag import DagBag

        mails_before = set(self.lab.mails())
        bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        assert bag.import_errors == {}
        (dag,) = (one for one in bag.dags.values() if one.dag_id.startswith("oracle_backup__"))
        times = {"logical_date": moment, "run_after": asked or moment} if moment else {}
        run = dag.test(run_conf=conf, **times)
        tasks = {one.task_id: str(one.state) for one in run.get_task_instances()}
        return self._outcome(run, tasks, mails_before)

    def _outcome(self, run: Any, tasks: dict[str, str], mails_before: set[Path]) -> Outcome:
        files = [path for path in sorted(self.lab.paths.store.rglob("*")) if path.is_file()]
        return Outcome(
            state=str(run.state),
            tasks=tasks,
            run=run,
            mails=tuple(
                email.message_from_bytes(path.read_bytes(), policy=policy.default)
                for path in self.lab.mails()
                if path not in mails_before
            ),
            archives=tuple(path for path in files if path.name.endswith(".7z")),
            manifests=tuple(path for path in files if path.name.endswith(".7z.json")),
            rest=tuple(path for path in files if not path.name.endswith((".7z", ".7z.json"))),
        )
