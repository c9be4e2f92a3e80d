"""How does Airflow find the connections of a file it was not set up with?"""

from __future__ import annotations

from pathlib import Path

from airflow.secrets.base_secrets import BaseSecretsBackend

from oracle_backup.adapters.connections_file import read_connections


class ConnectionsFileBackend(BaseSecretsBackend):
    """
    Answers connections from a file, and nothing else.

    Airflow's own ``LocalFilesystemBackend`` makes objects of the metadata database's kind, which
    want an encryption key and say so on standard output.

    :param path: the file; JSON, YAML or ``.env``.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._connections = read_connections(Path(path))

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """Return the connection as JSON or a URI, None where the file has none of that id."""
        return self._connections.get(conn_id)

    def get_variable(self, key: str, team_name: str | None = None) -> None:
        """Know no variables."""

    def get_config(self, key: str) -> None:
        """Know no settings."""
