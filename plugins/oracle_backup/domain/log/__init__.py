"""
The logs of expdp, impdp, exp and imp, read in any language.

The names below are what the rest of the project uses; each has its own module.
"""

from oracle_backup.domain.log.follower import LogFollower, Progress
from oracle_backup.domain.log.model import Ending, ErrorBlock, ExportLog, TableRow
from oracle_backup.domain.log.reader import LogReader, read_log
from oracle_backup.domain.log.summary import inspect_record

__all__ = [
    "Ending",
    "ErrorBlock",
    "ExportLog",
    "LogFollower",
    "LogReader",
    "Progress",
    "TableRow",
    "inspect_record",
    "read_log",
]
