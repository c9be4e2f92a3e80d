"""The lab: a stage of real servers and stand-in Oracle tools on which backups can be rehearsed."""
