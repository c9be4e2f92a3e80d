"""The one file that Airflow loads as a plugin; everything else is in the package beside it."""

from airflow.plugins_manager import AirflowPlugin


class OracleBackupPlugin(AirflowPlugin):
    """Oracle backups."""

    name = "oracle_backup"
