"""The command line: what can be asked without Airflow."""
