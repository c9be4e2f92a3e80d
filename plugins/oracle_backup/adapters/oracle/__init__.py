"""What is asked of an Oracle database: statements, errors, jobs."""
