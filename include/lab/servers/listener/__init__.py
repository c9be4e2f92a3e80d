"""The listener: Oracle's wire protocol (PyPI seerdb) in front of the stand-in instance."""
