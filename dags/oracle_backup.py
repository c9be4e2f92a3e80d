"""Airflow DAGs for Oracle backups: one for each schema in include/config/backups.yaml."""

# Discovery skips a file that nowhere says "airflow"; the docstring above does. See tests/dags.
from oracle_backup.config.load import load_config
from oracle_backup.dag_factory import build_dags

build_dags(load_config())
