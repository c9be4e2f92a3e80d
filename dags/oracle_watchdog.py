"""Airflow DAG that tells which schemas of include/config/backups.yaml have no good backup."""

# Discovery skips a file that nowhere says "airflow"; the docstring above does. See tests/dags.
from oracle_backup.dag_watchdog import build_watchdog_dag

build_watchdog_dag()
