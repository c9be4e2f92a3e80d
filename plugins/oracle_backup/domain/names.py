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
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oracle_backup.domain import name_template

if TYPE_CHECKING:
    from collections.abc import Collection

DAG_PREFIX = "oracle_backup__"
MANIFEST_SUFFIX = ".json"
ARCHIVE_SUFFIX = ".7z"

_PLAIN = re.compile(r"[A-Za-z0-9_]")


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


def local_time_stamp(moment: datetime, *, zone: str) -> str:
    """
    Given an aware instant, return it as ``YYYYMMDDHHMMSS`` by the clocks of a zone.

    In the hour that clocks show twice, when they are put back, a ``B`` marks the second time: so
    no two instants share a stamp.
    """
    local = moment.astimezone(ZoneInfo(zone))
    return local.strftime("%Y%m%d%H%M%S") + ("B" if local.fold else "")


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
class NameShape:
    """
    How a schema's files are called: templates, and what is the same for all its backups.

    The templates are those that ``domain/name_template.py`` lets pass.

    :param archive: the archive, without ``.7z``.
    :param folder: its folder, relative to a store's path; empty for none.
    :param export: dump set and log, without what tells them apart.
    :param numbered: whether Data Pump numbers its files; else it writes one.
    :param zone: the schema's time zone, for ``{local_time}``.
    :param host: what ``{host}`` stands for.
    """

    archive: str = "{schema}-{time}"
    folder: str = "{database}/{schema}"
    export: str = "{schema}-{time}"
    numbered: bool = True
    zone: str = "UTC"
    host: str = ""

    def folder_of(self, *, database: str, schema: str) -> str:
        """Return the schema's folder on the store, relative to the store's path; may be empty."""
        return name_template.fill(self.folder, self.fixed(database=database, schema=schema))

    def fixed(self, *, database: str, schema: str) -> dict[str, str]:
        """Return what the placeholders stand for that are the same for all backups of a schema."""
        return {"database": database, "schema": name_token(schema), "host": self.host}


USUAL_SHAPE = NameShape()
"""How files are called where nothing else is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupNames:
    """
    The names of one backup.

    :param database: the database's name in the config.
    :param schema: the schema's name in Oracle.
    :param moment: the scheduled time of the run, or its start where it has none.
    :param generation: 1 for the first export of a run, one more each time it was cleared.
    :param shape: how names are made.
    """

    database: str
    schema: str
    moment: datetime
    generation: int
    shape: NameShape = USUAL_SHAPE

    @property
    def stem(self) -> str:
        """What dump set and log of this backup begin with, as in ``HR-20261123T020000Z``."""
        return f"{self._fill(self.shape.export)}{self._suffix}"

    @property
    def folder(self) -> str:
        """The schema's folder on the store, relative to the store's path; may be empty."""
        return self.shape.folder_of(database=self.database, schema=self.schema)

    @property
    def archive(self) -> str:
        """The archive, relative to the store's path."""
        name = f"{self._fill(self.shape.archive)}{self._suffix}{ARCHIVE_SUFFIX}"
        return f"{self.folder}/{name}" if self.folder else name

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
        return f"{self.stem}_{template}.dmp" if self.shape.numbered else self.dump

    @property
    def dump(self) -> str:
        """The one dump file of a tool that numbers none, such as the legacy exp."""
        return f"{self.stem}.dmp"

    @property
    def log(self) -> str:
        """The tool's log."""
        return f"{self.stem}.log"

    @property
    def dump_prefix(self) -> str:
        """What the names of all dump files of the schema begin with, whatever the run."""
        return name_template.text_before_time(self.shape.export, self._fixed)

    def dumps_of_other_runs(self, found: Collection[str]) -> list[str]:
        """Given the names of files, return those of dumps that other runs of the schema wrote."""
        stems = name_template.any_run(self.shape.export, self._fixed)
        ours = re.compile(rf"{stems}(?:_\d+)?\.dmp", re.ASCII)
        own = re.compile(
            rf"{re.escape(self._fill(self.shape.export))}(?:-g[1-9]\d*)?(?:_\d+)?\.dmp", re.ASCII
        )
        return sorted(name for name in found if ours.fullmatch(name) and not own.fullmatch(name))

    @property
    def _suffix(self) -> str:
        return "" if self.generation == 1 else f"-g{self.generation}"

    @property
    def _fixed(self) -> dict[str, str]:
        return self.shape.fixed(database=self.database, schema=self.schema)

    def _fill(self, template: str) -> str:
        times = {
            "time": time_stamp(self.moment),
            "local_time": local_time_stamp(self.moment, zone=self.shape.zone),
        }
        return name_template.fill(template, {**self._fixed, **times})


def is_dump_of(stem: str, name: str) -> bool:
    """Tell whether a file's name is that of a dump file of the export with this stem."""
    return re.fullmatch(rf"{re.escape(stem)}(?:_\d+)?\.dmp", name, re.ASCII) is not None
