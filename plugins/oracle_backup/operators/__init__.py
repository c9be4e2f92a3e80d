"""The steps of a backup, as Airflow operators."""
