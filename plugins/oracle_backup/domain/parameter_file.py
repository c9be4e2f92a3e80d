"""
What does the parameter file of expdp or exp say?

A parameter file is where an export's password goes, so that it is in no argument list. The
tool reads a comma, a blank or a new line inside a value as the next value or parameter:
whatever can't be said without one of these is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from oracle_backup.errors import ConfigError

_PLAIN_NAME = re.compile(r"[A-Z][A-Z0-9_$]{0,127}", re.ASCII)
_JOB_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,29}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_.-]+(?:%U)?[A-Za-z0-9_.-]*", re.ASCII)
_PATH = re.compile(r"/[A-Za-z0-9_./-]*", re.ASCII)
_FILE_SIZE = re.compile(r"[1-9]\d*(?:B|KB?|MB?|GB?|TB?)?", re.ASCII | re.IGNORECASE)
_OBJECT_TYPE = re.compile(r"[A-Z][A-Z_]*(?:/[A-Z][A-Z_]*)*", re.ASCII)
_CONNECT = re.compile(r"[A-Za-z0-9_.:/?=&\[\]-]+", re.ASCII)


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
        if '"' in self.password or not self.password.isprintable():
            raise ConfigError(
                "The database password holds a double quote or a control character, which no "
                "Oracle parameter file can carry.",
                hint="Change it in the database and in the Airflow connection.",
            )
        return f'{quote_name(self.user)}/"{self.password}"{at}'

    def _connect(self) -> str:
        return _checked("login.connect_identifier", self.connect_identifier, _CONNECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportParameters:
    """
    One export, typed.

    :param schema: as Oracle stores it: upper case, unless it was made with quotes.
    :param directory: directory object; for exp the folder on the host.
    :param dump_file: name without folder; ``%U`` counts the files (Data Pump only).
    :param consistent: export one instant of all tables, not one per table.
    :param flashback_scn: that instant, where it was read before; else it is the export's start.
    :param exclude: object types, as in ``STATISTICS``.
    """

    schema: str
    directory: str
    dump_file: str
    log_file: str
    job_name: str
    login: Login
    consistent: bool = True
    flashback_scn: int | None = None
    exclude: tuple[str, ...] = ()
    parallel: int = 1
    file_size: str | None = None


def quote_name(name: str) -> str:
    """
    Given an Oracle name as the dictionary shows it, return it as a parameter file wants it.

    Unquoted names are upper-cased by the tool, and ``#`` may begin a comment: such names go
    into quotes. Raise ConfigError for what can be in no name.
    """
    if _PLAIN_NAME.fullmatch(name):
        return name
    if not name or len(name) > 128 or '"' in name or "'" in name or not name.isprintable():
        raise ConfigError(f"{name!r} can't be the name of a schema or user in Oracle.")
    return f'"{name}"'


def render_data_pump(parameters: ExportParameters) -> str:
    """Return the parameter file of expdp. Raise ConfigError for a value it can't carry."""
    lines = [
        f"USERID={parameters.login.userid()}",
        f"JOB_NAME={_checked('job name', parameters.job_name, _JOB_NAME)}",
        f"SCHEMAS={_listed(quote_name(parameters.schema))}",
        f"DIRECTORY={_checked('export.directory', parameters.directory, _PLAIN_NAME)}",
        f"DUMPFILE={_checked('dump file', parameters.dump_file, _FILE)}",
        f"LOGFILE={_checked('log file', parameters.log_file, _FILE)}",
        "REUSE_DUMPFILES=NO",
        "METRICS=YES",
        "LOGTIME=ALL",
    ]
    if parameters.consistent:
        # Without it each table is consistent and the set of them is not.
        scn = parameters.flashback_scn
        lines.append("FLASHBACK_TIME=SYSTIMESTAMP" if scn is None else f"FLASHBACK_SCN={int(scn)}")
    lines.extend(
        f"EXCLUDE={_checked('export.exclude', kind, _OBJECT_TYPE)}" for kind in parameters.exclude
    )
    if parameters.parallel > 1:
        lines.append(f"PARALLEL={parameters.parallel}")
    if parameters.file_size is not None:
        lines.append(f"FILESIZE={_checked('export.file_size', parameters.file_size, _FILE_SIZE)}")
    return "".join(f"{line}\n" for line in lines)


def render_attach(parameters: ExportParameters) -> str:
    """Return the parameter file with which expdp attaches to the running job."""
    return (
        f"USERID={parameters.login.userid()}\n"
        f"ATTACH={_checked('job name', parameters.job_name, _JOB_NAME)}\n"
    )


def render_legacy(parameters: ExportParameters) -> str:
    """Return the parameter file of the legacy exp. Raise ConfigError as `render_data_pump`."""
    folder = _checked("export.path", parameters.directory, _PATH).rstrip("/")
    lines = [
        f"USERID={parameters.login.userid()}",
        f"OWNER={_listed(quote_name(parameters.schema))}",
        f"FILE={folder}/{_checked('dump file', parameters.dump_file, _FILE)}",
        f"LOG={folder}/{_checked('log file', parameters.log_file, _FILE)}",
        "STATISTICS=NONE",
        f"CONSISTENT={'Y' if parameters.consistent else 'N'}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _checked(what: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value) or "/../" in f"/{value}/":
        raise ConfigError(
            f"{what} is {value!r}, which a parameter file can't carry safely.",
            hint="Use plain letters, digits and underscores.",
        )
    return value


def _listed(name: str) -> str:
    # The tool strips one pair of quotes; the inner pair keeps the case.
    return f"'{name}'" if name.startswith('"') else name
