"""The outside world, without Airflow."""
