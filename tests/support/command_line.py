"""Runs ``python -m oracle_backup`` against a lab, in this process or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from oracle_backup.cli.main import build_parser, main

if TYPE_CHECKING:
    import argparse

    import pytest

    from lab.stage import Lab

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """
    The command line, with a config and a connections file of a lab.

    :param folder: for these files; a test may change them.
    """

    def __init__(self, lab: Lab, *, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.lab = lab
        self.folder = folder
        self.config = folder / "backups.yaml"
        self.connections = folder / "connections.json"
        self._capsys = capsys
        self.set_connections()
        self.configure({"HR": {}})

    @property
    def store(self) -> Path:
        """The folder that the store's path is."""
        return self.lab.paths.store / "backups"

    def set_connections(self, **changes: dict[str, Any]) -> None:
        """Write the lab's connections, and others, or some with other fields."""
        connections = {name: dict(one) for name, one in self.lab.connections.items()}
        for name, fields in changes.items():
            connections[name] = connections.get(name, {}) | fields
        self.connections.write_text(json.dumps(connections), encoding="utf-8")
        self.connections.chmod(0o600)

    def configure(self, schemas: dict[str, Any], **options: Any) -> None:
        """Write a config with these schemas of the database ``lab``, and options for all."""
        defaults: dict[str, Any] = {
            "schedule": "0 2 * * *",
            "host_conn_id": "lab_host",
            "database_conn_id": "lab_database",
            "login": {"connect_identifier": "LABPDB1"},
            "environment": {
                "oracle_home": str(self.lab.paths.oracle_home),
                "container": "LABPDB1",
            },
            "store": {"conn_id": "lab_store", "path": "/backups"},
            "mail": {"conn_id": "lab_mail", "to": ["dba@lab.example"]},
        } | options
        config = {"defaults": defaults, "databases": {"lab": {"schemas": schemas}}}
        self.config.write_text(yaml.safe_dump(config), encoding="utf-8")

    def arguments(self, command: str, *more: str) -> list[str]:
        places = ["--config", str(self.config), "--connections-file", str(self.connections)]
        return [command, *places, *more]

    def options(self, command: str, *more: str) -> argparse.Namespace:
        """Return a command line as a command gets it."""
        return build_parser().parse_args(self.arguments(command, *more))

    def run(self, command: str, *more: str) -> Said:
        """Run a command in this process."""
        self._capsys.readouterr()
        code = main(self.arguments(command, *more))
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)

    def start(self, *arguments: str, home: Path, **environment: str) -> subprocess.Popen[str]:
        """Start a command in a process of its own, with nothing of this one's environment."""
        return subprocess.Popen(
            [sys.executable, "-m", "oracle_backup", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "plugins"),
                "HOME": str(home),
                "SSL_CERT_FILE": self.lab.environment["SSL_CERT_FILE"],
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_apart(self, *arguments: str, home: Path, **environment: str) -> Said:
        """Run a command in a process of its own, and wait for its end."""
        process = self.start(*arguments, home=home, **environment)
        out, err = process.communicate(timeout=240)
        return Said(process.returncode, out, err)
