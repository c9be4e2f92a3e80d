"""From an Airflow connection to one of our adapters."""
