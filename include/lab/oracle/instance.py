"""What is in the stand-in Oracle instance, and how does one open it?

``create()`` makes ``instance.sqlite`` in an ORACLE_HOME: tables with rows, and over them the
dictionary views of a 19c Enterprise Edition container database with the PDB ``LABPDB1``.
Open it only through ``connect()``: the views use functions registered there.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import time
from pathlib import Path

from lab.oracle.process import is_alive
from lab.oracle.scn import instant_of, scn_at

SID = "LABCDB"
SERVICE = "LABPDB1"
VERSION = "19.0.0.0.0"
VERSION_FULL = "19.21.0.0.0"
BANNER = f"Oracle Database 19c Enterprise Edition Release {VERSION} - Production"
FILE = "instance.sqlite"

_ROLES = {
    "BACKUP": ("CONNECT", "RESOURCE", "DATAPUMP_EXP_FULL_DATABASE", "DATAPUMP_IMP_FULL_DATABASE"),
    "OPS$ORACLE": ("CONNECT", "DATAPUMP_EXP_FULL_DATABASE", "DATAPUMP_IMP_FULL_DATABASE"),
    "SYSTEM": ("DBA",),
    "DBA": ("DATAPUMP_EXP_FULL_DATABASE", "DATAPUMP_IMP_FULL_DATABASE"),
    "DATAPUMP_EXP_FULL_DATABASE": ("EXP_FULL_DATABASE",),
    "DATAPUMP_IMP_FULL_DATABASE": ("IMP_FULL_DATABASE",),
    "EXP_FULL_DATABASE": ("SELECT_CATALOG_ROLE",),
}
_PRIVILEGES = {
    "BACKUP": ("UNLIMITED TABLESPACE", "CREATE SESSION"),
    "OPS$ORACLE": ("UNLIMITED TABLESPACE", "CREATE SESSION"),
    "CONNECT": ("CREATE SESSION", "SET CONTAINER"),
    "RESOURCE": ("CREATE TABLE", "CREATE SEQUENCE", "CREATE PROCEDURE"),
    "DBA": ("CREATE SESSION", "CREATE TABLE", "UNLIMITED TABLESPACE", "CREATE ANY DIRECTORY"),
    "EXP_FULL_DATABASE": ("CREATE TABLE", "CREATE SESSION", "FLASHBACK ANY TABLE", "RESUMABLE"),
    "IMP_FULL_DATABASE": ("CREATE ANY TABLE", "CREATE USER", "DROP USER"),
}
_PARAMETERS = {
    "compatible": "19.0.0",
    "undo_retention": "900",
    "cluster_database": "FALSE",
    "streams_pool_size": "0",
    "job_queue_processes": "20",
    "max_datapump_parallel_per_job": "50",
    "max_datapump_jobs_per_pdb": "100",
    "db_name": SID,
    "instance_name": SID,
    "enable_pluggable_database": "TRUE",
    "nls_language": "AMERICAN",
    "control_management_pack_access": "NONE",
}
_MAINTAINED = ("SYS", "SYSTEM")
_USERS = (*_MAINTAINED, "BACKUP", "OPS$ORACLE", "HR", "SALES", "EMPTYISH")


class LoginRefusedError(Exception):
    """The instance does not let this user in; `code` is the ORA number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ORA-{code:05}")
        self.code = code


def now_ms() -> int:
    """Return the time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def connect(oracle_home: Path, *, user: str | None = None) -> sqlite3.Connection:
    """Open the instance as `user` (SYS by default), in autocommit, usable from any thread."""
    file = Path(oracle_home) / FILE
    if not file.exists():
        raise FileNotFoundError(f"there is no instance at {file}")
    return _open(file, user=user or "SYS")


def create(
    oracle_home: Path, *, dumps: Path, passwords: dict[str, str], scale: float = 1.0
) -> Path:
    """Make a new instance with its tools in `oracle_home`; return its file.

    An instance that is there is replaced.
    The directory objects BACKUP_DIR and DATA_PUMP_DIR point to `dumps` and `dumps`/dpdump, which
    are made. Users without a password in `passwords` are locked.
    """
    # Only a new instance needs these; the tools should start at once.
    from lab.oracle.install import install
    from lab.oracle.sample_data import tables
    from lab.oracle.tables import create_table, keep_history, measure

    home = Path(oracle_home).absolute()
    folder = Path(dumps).absolute()
    for place in (home, folder, folder / "dpdump"):
        place.mkdir(parents=True, exist_ok=True)
    for old in home.glob(FILE + "*"):
        old.unlink()
    file = home / FILE
    connection = _open(file, user="SYS")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.executescript(_dictionary())
    connection.execute("BEGIN")
    _fill_dictionary(connection, folder, passwords)
    for table, rows in tables():
        create_table(connection, table, defined_ms=created_ms(connection))
        marks = ", ".join("?" * len(table.columns))
        connection.executemany(f"INSERT INTO {table.rows_in} VALUES ({marks})", rows(scale))
        measure(connection, table)
        keep_history(connection, table)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file.chmod(0o600)
    install(home)
    return file


def bring_up_to_date(oracle_home: Path) -> None:
    """Give an instance that an earlier lab has made the tables and views of this one."""
    from lab.oracle import conditions

    connection = connect(oracle_home)
    views = connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    for (view,) in views:
        connection.execute(f'DROP VIEW "{view}"')
    connection.executescript(_dictionary().replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS "))
    known = connection.execute("SELECT 1 FROM lab_settings WHERE name = 'edition'").fetchone()
    if known is None:
        conditions.set_edition(connection, "EE")
    connection.close()


def set_passwords(oracle_home: Path, passwords: dict[str, str]) -> None:
    """Give users of an instance that is there new passwords, and unlock them."""
    connection = connect(oracle_home)
    for user, password in passwords.items():
        salt = secrets.token_hex(8)
        connection.execute(
            "UPDATE lab_users SET salt = ?, password_hash = ?, account_status = 'OPEN'"
            " WHERE username = ?",
            (salt, _hash(password, salt), user.upper()),
        )
    connection.close()


def authenticate(connection: sqlite3.Connection, user: str, password: str) -> str:
    """Return the user's name in the dictionary. Raise LoginRefusedError (1017, 28000)."""
    name = user.strip('"') if user.startswith('"') else user.upper()
    found = connection.execute(
        "SELECT salt, password_hash, account_status FROM lab_users WHERE username = ?", (name,)
    ).fetchone()
    if found is None:
        raise LoginRefusedError(1017)
    salt, expected, status = found
    if status != "OPEN":
        raise LoginRefusedError(28000)
    if not secrets.compare_digest(_hash(password, salt), expected):
        raise LoginRefusedError(1017)
    return name


def current_scn(connection: sqlite3.Connection) -> int:
    """Return the SCN of this instant."""
    return int(connection.execute("SELECT lab_scn()").fetchone()[0])


def scn_to_ms(connection: sqlite3.Connection, scn: int) -> int:
    """Return the instant of an SCN, in milliseconds since the epoch."""
    return instant_of(scn, created_ms=created_ms(connection))


def ms_to_scn(connection: sqlite3.Connection, milliseconds: int) -> int:
    """Return the SCN of an instant given in milliseconds since the epoch."""
    return scn_at(milliseconds, created_ms=created_ms(connection))


def created_ms(connection: sqlite3.Connection) -> int:
    """Return when the instance was made."""
    return int(setting(connection, "created_ms"))


def setting(connection: sqlite3.Connection, name: str) -> str:
    """Return one of the instance's settings (version_full, maxquerylen, ...)."""
    row = connection.execute("SELECT value FROM lab_settings WHERE name = ?", (name,)).fetchone()
    return str(row[0])


def change_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set one of the instance's settings."""
    connection.execute("INSERT OR REPLACE INTO lab_settings VALUES (?, ?)", (name, value))


def add_user(connection: sqlite3.Connection, name: str, *, password: str | None = None) -> None:
    """Create a user; without a password a locked one."""
    salt = secrets.token_hex(8)
    status = "OPEN" if password or name == "OPS$ORACLE" else "LOCKED"
    connection.execute(
        "INSERT INTO lab_users (username, user_id, salt, password_hash, account_status,"
        " authentication_type, oracle_maintained, container, created)"
        " VALUES (?, (SELECT 100 + count(*) FROM lab_users), ?, ?, ?, ?, ?, ?, ?)",
        (
            *(name, salt, _hash(password, salt) if password else "", status),
            "EXTERNAL" if name == "OPS$ORACLE" else "PASSWORD",
            "Y" if name in _MAINTAINED else "N",
            "CDB$ROOT" if name in _MAINTAINED else SERVICE,
            time.strftime("%Y-%m-%d %H:%M:%S"),
        ),
    )


def add_directory(connection: sqlite3.Connection, name: str, path: Path | str) -> None:
    """Make a directory object that BACKUP may read and write; the path is not looked at."""
    connection.execute("INSERT OR REPLACE INTO lab_directories VALUES (?, ?)", (name, str(path)))
    for grantee in ("BACKUP", "OPS$ORACLE", "EXP_FULL_DATABASE", "IMP_FULL_DATABASE"):
        if grantee in ("BACKUP", "OPS$ORACLE") or name == "DATA_PUMP_DIR":
            connection.executemany(
                "INSERT OR REPLACE INTO lab_object_grants"
                " VALUES (?, 'SYS', ?, 'SYS', ?, 'DIRECTORY')",
                [(grantee, name, privilege) for privilege in ("READ", "WRITE")],
            )


def _dictionary() -> str:
    return Path(__file__).with_name("dictionary.sql").read_text(encoding="utf-8")


def _fill_dictionary(
    connection: sqlite3.Connection, dumps: Path, passwords: dict[str, str]
) -> None:
    from lab.oracle import conditions

    # A month old, so that one can ask for the data as of an hour ago.
    born = now_ms() - 30 * 86_400_000
    created = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(born / 1000))
    for name, value in (
        *(("created_ms", str(born)), ("created", created), ("version_full", VERSION_FULL)),
        *(("maxquerylen", "620"), ("tuned_undoretention", "1800")),
    ):
        change_setting(connection, name, value)
    conditions.set_edition(connection, "EE")
    for name in _USERS:
        secret = {user.upper(): password for user, password in passwords.items()}.get(name)
        add_user(connection, name, password=secret)
    for name in set(map(str.upper, passwords)) - set(_USERS):
        add_user(connection, name, password=passwords.get(name) or passwords[name.lower()])
    roles = {**dict.fromkeys(("HR", "SALES", "EMPTYISH"), ("CONNECT", "RESOURCE")), **_ROLES}
    for table, held in (("lab_roles", roles), ("lab_privileges", _PRIVILEGES)):
        pairs = [(grantee, item) for grantee, items in held.items() for item in items]
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", pairs)
    connection.executemany(
        "INSERT INTO lab_parameters (name, value) VALUES (?, ?)", _PARAMETERS.items()
    )
    spaces = {"SYSTEM": 1 << 30, "USERS": 4 << 30, "UNDOTBS1": 1 << 30, "TEMP": 1 << 29}
    connection.executemany("INSERT INTO lab_tablespaces VALUES (?, ?)", spaces.items())
    add_directory(connection, "BACKUP_DIR", dumps)
    add_directory(connection, "DATA_PUMP_DIR", dumps / "dpdump")


def _open(file: Path, *, user: str) -> sqlite3.Connection:
    # Autocommit: whoever wants a transaction says BEGIN. 30 s: an import may hold the write lock.
    connection = sqlite3.connect(
        os.fspath(file), timeout=30, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous=OFF")
    born: list[int] = []

    def scn() -> int:
        if not born:
            born.append(created_ms(connection))
        return scn_at(now_ms(), created_ms=born[0])

    connection.create_function("lab_alive", 2, is_alive)
    connection.create_function("lab_scn", 0, scn)
    connection.create_function("lab_now_ms", 0, now_ms)
    connection.create_function("lab_session_user", 0, lambda: user)
    return connection


def _hash(password: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{password}".encode()).hexdigest()
