"""Where does each thing of a lab lie in its state folder?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_STATE = REPOSITORY / ".lab"
INCLUDE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class LabPaths:
    """The folders and files of one lab, all under its state folder."""

    state: Path

    @property
    def home(self) -> Path:
        """HOME of the SSH user on the lab's host."""
        return self.state / "host" / "home"

    @property
    def oracle_home(self) -> Path:
        return self.state / "host" / "oracle"

    @property
    def instance(self) -> Path:
        return self.oracle_home / "instance.sqlite"

    @property
    def dumps(self) -> Path:
        """What the directory object BACKUP_DIR points to."""
        return self.state / "host" / "dumps"

    @property
    def store(self) -> Path:
        """The root of the SFTP store."""
        return self.state / "store"

    @property
    def mail(self) -> Path:
        """Holds one .eml for each mail the lab accepted."""
        return self.state / "mail"

    @property
    def run(self) -> Path:
        """Holds what each server says of itself, and its log."""
        return self.state / "run"

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def connections(self) -> Path:
        """Airflow's connections to the lab, as its LocalFilesystemBackend reads them."""
        return self.state / "connections.json"

    def make(self) -> None:
        """Make the folders that are missing; the state itself is nobody else's to read."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.home, self.oracle_home, self.dumps, self.store, self.mail):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.keys):
            folder.mkdir(exist_ok=True, mode=0o700)
