"""
What is everything called: DAGs, jobs, archives, files on the host?

Every name is derived from the run, never from the clock, so that a retry on another machine
computes the same one.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

DAG_PREFIX = "oracle_backup__"
MANIFEST_SUFFIX = ".json"
ARCHIVE_SUFFIX = ".7z"

_PLAIN = re.compile(r"[A-Za-z0-9_]")
_ARCHIVE = re.compile(
    r"""
    (?P<token>[A-Za-z0-9_-]+) - (?P<stamp>\d{8}T\d{6}Z) (?:-g(?P<generation>[1-9]\d*))?
    \.7z
    """,
    re.VERBOSE | re.ASCII,
)


def name_token(name: str) -> str:
    """
    Given an Oracle name, return it in letters that DAG ids, file names and shells all accept.

    Letters, digits and underscores stay; anything else becomes its code point between dashes
    (``A$B`` is ``A-24-B``), so that no two names share a token.
    """
    return "".join(letter if _PLAIN.fullmatch(letter) else f"-{ord(letter):x}-" for letter in name)


def dag_id(*, database: str, schema: str) -> str:
    """Return the id of a schema's backup DAG, as in ``oracle_backup__erp__HR``."""
    return f"{DAG_PREFIX}{database}__{name_token(schema)}"


def time_stamp(moment: datetime) -> str:
    """
    Given an aware instant, return it in UTC as ``YYYYMMDDTHHMMSSZ``.

    :raises ValueError: the instant has no time zone.
    """
    if moment.tzinfo is None:
        msg = f"{moment!r} has no time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def parse_time_stamp(text: str) -> datetime:
    """Given what `time_stamp` returned, return the instant. Raise ValueError for anything else."""
    moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    # strptime is content with fewer digits, and then cuts the fields elsewhere.
    if time_stamp(moment) != text:
        msg = f"{text!r} is no time stamp"
        raise ValueError(msg)
    return moment


def job_family(*, dag_id: str, run_id: str, schema: str) -> str:
    """Return what the names of all jobs of one run begin with, generation by generation."""
    digest = hashlib.sha256("\0".join((dag_id, run_id, schema)).encode()).digest()
    return f"OB_{base64.b32encode(digest)[:12].decode()}_G"


def job_name(*, dag_id: str, run_id: str, schema: str, generation: int) -> str:
    """
    Return the Data Pump job's name, which is also its directory's on the host.

    ``OB_`` + 12 characters hashed from DAG, run and schema + ``_G<n>``: short enough for every
    release (30 bytes), and the same on every retry of the run.
    """
    if generation < 1:
        msg = f"generations count from 1, not {generation}"
        raise ValueError(msg)
    return f"{job_family(dag_id=dag_id, run_id=run_id, schema=schema)}{generation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupNames:
    """
    The names of one backup.

    :param database: the database's name in the config.
    :param schema: the schema's name in Oracle.
    :param moment: the scheduled time of the run, or its start where it has none.
    :param generation: 1 for the first export of a run, one more each time it was cleared.
    """

    database: str
    schema: str
    moment: datetime
    generation: int

    @property
    def stem(self) -> str:
        """What all files of this backup begin with, as in ``HR-20261123T020000Z``."""
        suffix = "" if self.generation == 1 else f"-g{self.generation}"
        return f"{name_token(self.schema)}-{time_stamp(self.moment)}{suffix}"

    @property
    def folder(self) -> str:
        """The schema's folder on the store, relative to the store's path."""
        return f"{self.database}/{name_token(self.schema)}"

    @property
    def archive(self) -> str:
        """The archive, relative to the store's path."""
        return f"{self.folder}/{self.stem}{ARCHIVE_SUFFIX}"

    @property
    def manifest(self) -> str:
        """The manifest, relative to the store's path."""
        return f"{self.archive}{MANIFEST_SUFFIX}"

    @property
    def dump_pattern(self) -> str:
        """``DUMPFILE`` for Data Pump, which numbers the files itself, up to 99 of them."""
        return self.dump_pattern_with("%U")

    def dump_pattern_with(self, template: str) -> str:
        """Return ``DUMPFILE`` with this template: ``%U``, or ``%L`` for any number of files."""
        return f"{self.stem}_{template}.dmp"

    @property
    def dump(self) -> str:
        """``FILE`` for the legacy exp, which writes one."""
        return f"{self.stem}.dmp"

    @property
    def log(self) -> str:
        """The tool's log."""
        return f"{self.stem}.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveName:
    """What an archive's file name says: nothing that retention may rely on."""

    token: str
    moment: datetime
    generation: int


def parse_archive_name(name: str) -> ArchiveName | None:
    """Given a file name without folder, return its parts, or None where it isn't one of ours."""
    match = _ARCHIVE.fullmatch(name)
    if match is None:
        return None
    try:
        moment = parse_time_stamp(match["stamp"])
    except ValueError:
        return None
    return ArchiveName(
        token=match["token"], moment=moment, generation=int(match["generation"] or 1)
    )
