"""Pure rules: no Airflow, no clock, no network, no disk."""
