"""
What does the parameter file of expdp or exp say?

A parameter file is where an export's passwords go, so that they are in no argument list. Only Data
Pump's own names stand in a Data Pump file: a single one of exp's would switch on its legacy mode,
which overwrites dumps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from oracle_backup.domain import parameter_values as values
from oracle_backup.domain.parameter_lines import (
    check_release,
    encryption,
    encryption_password,
    files,
    refuse,
    selection,
)
from oracle_backup.domain.parameter_values import checked, listed_name, quote_name
from oracle_backup.errors import ConfigError

LARGEST_BUFFER_BYTES = 2**31 - 1

_DATA_PUMP_ONLY = frozenset(
    {"content", "exclude_tables", "parallel", "cluster", "file_size", "version", "access_method"}
    | {"compression", "compression_algorithm", "checksum", "checksum_algorithm"}
    | {"encryption", "encryption_mode", "encryption_algorithm", "encryption_password"}
)
_LEGACY_ONLY = frozenset({"direct", "buffer_bytes"})
_LOGTIME_SINCE = (12, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """
    How the tool logs in.

    :param method: ``password``, ``wallet`` (``/@alias``) or ``os`` (``/``).
    :param user: the database user; only with ``password``.
    :param password: never shown; only with ``password``.
    :param connect_identifier: what follows the ``@``: a TNS alias or ``//host:port/service``.
    """

    method: str
    user: str = ""
    password: str = field(default="", repr=False)
    connect_identifier: str = ""

    def userid(self) -> str:
        """Return the value of ``USERID``. Raise ConfigError for what it can't carry."""
        at = f"@{self._connect()}" if self.connect_identifier else ""
        if self.method == "os":
            return "/"
        if self.method == "wallet":
            return f"/{at}"
        if not values.is_password(self.password):
            raise ConfigError(
                "The database password holds a double quote, a backslash or a control character, "
                "which an Oracle parameter file can't carry safely.",
                hint="Change it in the database and in the Airflow connection, or use "
                "login.method wallet.",
            )
        return f'{quote_name(self.user)}/"{self.password}"{at}'

    def _connect(self) -> str:
        return checked(
            "login.connect_identifier", self.connect_identifier, values.CONNECT_IDENTIFIER
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportParameters:
    """
    One export, typed. What is left out is not written: the tool's default holds.

    :param schema: as Oracle stores it: upper case, unless it was made with quotes.
    :param directory: directory object; for exp the folder on the host.
    :param dump_file: name without folder; with Data Pump ``%U`` counts the files to 99, ``%L``
        (from 12.2) further.
    :param consistent: export one instant of all tables, not one per table.
    :param flashback_scn: that instant, where it was read before; else it is the export's start.
    :param content: one of `CONTENTS`.
    :param exclude: object types, as in ``STATISTICS``. The one that exp knows is STATISTICS.
    :param exclude_tables: tables, as the dictionary names them, left out with all of theirs.
    :param parallel: worker processes. More than 1: Enterprise Edition.
    :param cluster: let them run on the other instances of a RAC too (from 11.2).
    :param file_size: largest size of a dump file, as in ``5G``.
    :param compression: one of `COMPRESSIONS`. ``all`` and ``data_only``: Enterprise Edition with
        Advanced Compression.
    :param compression_algorithm: one of `COMPRESSION_ALGORITHMS`, or None. From 12.1.
    :param encryption: one of `ENCRYPTIONS`, or None. From 11.1, Enterprise Edition with Advanced
        Security.
    :param encryption_password: for mode ``password`` and ``dual``; never shown. Without a mode
        Data Pump takes ``dual`` where the wallet is open.
    :param encryption_mode: one of `ENCRYPTION_MODES`, or None.
    :param encryption_algorithm: one of `ENCRYPTION_ALGORITHMS`, or None.
    :param checksum: write checksums into the dump. From 21c, with COMPATIBLE 20 or more.
    :param checksum_algorithm: one of `CHECKSUM_ALGORITHMS`, or None.
    :param version: release whose impdp must read the dump, as in ``12.2``, or None.
    :param access_method: one of `ACCESS_METHODS`.
    :param direct: exp reads past the SQL layer.
    :param buffer_bytes: exp's buffer for rows; not used with `direct`.
    :param release: the database's, as in ``(19, 21)``; None where nobody asked it.
    """

    schema: str
    directory: str
    dump_file: str
    log_file: str
    job_name: str
    login: Login
    consistent: bool = True
    flashback_scn: int | None = None
    content: str = "all"
    exclude: tuple[str, ...] = ()
    exclude_tables: tuple[str, ...] = ()
    parallel: int = 1
    cluster: bool = False
    file_size: str | None = None
    compression: str = "metadata_only"
    compression_algorithm: str | None = None
    encryption: str | None = None
    encryption_password: str = field(default="", repr=False)
    encryption_mode: str | None = None
    encryption_algorithm: str | None = None
    checksum: bool = False
    checksum_algorithm: str | None = None
    version: str | None = None
    access_method: str = "automatic"
    direct: bool = False
    buffer_bytes: int | None = None
    release: tuple[int, ...] | None = None

    def changed(self) -> frozenset[str]:
        """Return the names of the options that are not at their defaults."""
        return frozenset(
            each.name for each in fields(self) if getattr(self, each.name) != each.default
        )

    def reaches(self, release: tuple[int, ...]) -> bool:
        """Tell whether the database is of this release or later; unknown ones count as late."""
        return self.release is None or self.release >= release


def parse_release(version: str | None) -> tuple[int, ...] | None:
    """Given ``19.21.0.0.0``, return (19, 21); None for what is no version."""
    numbers = (version or "").split(".")
    if len(numbers) < 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    return tuple(int(number) for number in numbers[:2])


def render_data_pump(parameters: ExportParameters) -> str:
    """Return the parameter file of expdp. Raise ConfigError for a value it can't carry."""
    p = parameters
    refuse(p, _LEGACY_ONLY, why="is an option of exp, not of expdp")
    check_release(p)
    lines = [
        f"USERID={p.login.userid()}",
        f"JOB_NAME={checked('job name', p.job_name, values.JOB_NAME)}",
        f"SCHEMAS={listed_name(p.schema)}",
        f"DIRECTORY={checked('export.directory', p.directory, values.PLAIN_NAME)}",
        f"DUMPFILE={checked('dump file', p.dump_file, values.FILE_TEMPLATE)}",
        f"LOGFILE={checked('log file', p.log_file, values.FILE)}",
        "REUSE_DUMPFILES=NO",
        "METRICS=YES",
        *(["LOGTIME=ALL"] if p.reaches(_LOGTIME_SINCE) else []),
        *selection(p),
        *files(p),
        *encryption(p),
    ]
    return "".join(f"{line}\n" for line in lines)


def render_attach(parameters: ExportParameters) -> str:
    """Return the parameter file with which expdp attaches to the running job."""
    lines = [
        f"USERID={parameters.login.userid()}",
        f"ATTACH={checked('job name', parameters.job_name, values.JOB_NAME)}",
        # A job that encrypts asks for its password again.
        *encryption_password(parameters),
    ]
    return "".join(f"{line}\n" for line in lines)


def render_legacy(parameters: ExportParameters) -> str:
    """Return the parameter file of the legacy exp. Raise ConfigError as `render_data_pump`."""
    p = parameters
    refuse(p, _DATA_PUMP_ONLY, why="is an option of expdp, not of exp")
    if p.direct and p.buffer_bytes is not None:
        raise ConfigError("export.buffer does nothing with export.direct.", hint="Remove one.")
    folder = checked("export.path", p.directory, values.PATH).rstrip("/")
    lines = [
        f"USERID={p.login.userid()}",
        f"OWNER={listed_name(p.schema)}",
        f"FILE={folder}/{checked('dump file', p.dump_file, values.FILE)}",
        f"LOG={folder}/{checked('log file', p.log_file, values.FILE)}",
        "STATISTICS=NONE",
        f"CONSISTENT={'Y' if p.consistent else 'N'}",
    ]
    if p.direct:
        lines.append("DIRECT=Y")
    if p.buffer_bytes is not None:
        if not 0 < p.buffer_bytes <= LARGEST_BUFFER_BYTES:
            raise ConfigError(f"export.buffer is {p.buffer_bytes} bytes; it must be under 2 GiB.")
        lines.append(f"BUFFER={p.buffer_bytes:d}")
    return "".join(f"{line}\n" for line in lines)
