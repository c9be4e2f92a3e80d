"""Scheduled, verified and retained Oracle logical backups for Apache Airflow."""
