"""Which lines of an expdp parameter file follow from the options of an export?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_backup.domain import parameter_values as values
from oracle_backup.domain.parameter_values import checked, keyword
from oracle_backup.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from oracle_backup.domain.parameter_file import ExportParameters

_SINCE = {
    "encryption": (11, 1),
    "compression_algorithm": (12, 1),
    "checksum": (21, 0),
}
"""The first release of the database whose Data Pump knows an option."""
_CLUSTER_SINCE = (11, 2)


def refuse(parameters: ExportParameters, names: frozenset[str], *, why: str) -> None:
    """Raise ConfigError where one of these options is not at its default."""
    wrong = sorted(parameters.changed() & names)
    if wrong:
        raise ConfigError(f"export.{wrong[0]} {why}.", hint="Remove it, or change export.tool.")


def check_release(parameters: ExportParameters) -> None:
    """Raise ConfigError for an option that the database is too old for."""
    for name, release in _SINCE.items():
        if name in parameters.changed() and not parameters.reaches(release):
            known = ".".join(map(str, release))
            raise ConfigError(
                f"export.{name} needs a database of release {known} or later.",
                hint="Remove it for this database.",
            )


def selection(p: ExportParameters) -> Iterator[str]:
    """Yield the lines that say which data, and as of when."""
    if p.consistent:
        # Without it each table is consistent and the set of them is not.
        scn = p.flashback_scn
        yield "FLASHBACK_TIME=SYSTIMESTAMP" if scn is None else f"FLASHBACK_SCN={int(scn)}"
    yield from _keywords(p, content=values.CONTENTS)
    for kind in p.exclude:
        yield f"EXCLUDE={checked('export.exclude', kind, values.OBJECT_TYPE)}"
    if p.exclude_tables:
        yield f"EXCLUDE={values.table_filter(p.exclude_tables)}"


def files(p: ExportParameters) -> Iterator[str]:
    """Yield the lines that say how the files are written."""
    if p.parallel > 1:
        yield f"PARALLEL={p.parallel}"
        # Workers on another instance write to its own disk, and the set is torn apart.
        if not p.cluster and p.reaches(_CLUSTER_SINCE):
            yield "CLUSTER=N"
    if p.file_size is not None:
        yield f"FILESIZE={checked('export.file_size', p.file_size, values.FILE_SIZE)}"
    yield from _keywords(
        p, compression=values.COMPRESSIONS, compression_algorithm=values.COMPRESSION_ALGORITHMS
    )
    if p.checksum:
        yield "CHECKSUM=YES"
    yield from _keywords(p, checksum_algorithm=values.CHECKSUM_ALGORITHMS)
    if p.version is not None:
        yield f"VERSION={checked('export.version', p.version, values.VERSION)}"
    yield from _keywords(p, access_method=values.ACCESS_METHODS)


def encryption(p: ExportParameters) -> Iterator[str]:
    """Yield the lines that encrypt the dump."""
    if p.encryption is None:
        refuse(
            p,
            frozenset({"encryption_password", "encryption_mode", "encryption_algorithm"}),
            why="does nothing without export.encryption",
        )
    yield from _keywords(
        p,
        encryption=values.ENCRYPTIONS,
        encryption_mode=values.ENCRYPTION_MODES,
        encryption_algorithm=values.ENCRYPTION_ALGORITHMS,
    )
    yield from encryption_password(p)


def encryption_password(p: ExportParameters) -> Iterator[str]:
    """Yield the line with the password, where the dump has one."""
    if p.encryption is None or p.encryption_mode == "transparent":
        return
    longest = 30 if p.encryption == "encrypted_columns_only" else 128
    password = p.encryption_password
    if not values.is_password(password) or not 0 < len(password.encode()) <= longest:
        raise ConfigError(
            f"The encryption password must have 1 to {longest} bytes, without double quotes, "
            "backslashes and control characters.",
            hint="Change it in the connection of export.encryption_password_conn_id.",
        )
    yield f"ENCRYPTION_PASSWORD={values.password_value(password)}"


def _keywords(p: ExportParameters, **known: Collection[str]) -> Iterator[str]:
    """Yield a line for each option with a word of a closed set that is not at its default."""
    for name, words in known.items():
        if name in p.changed():
            word = keyword(f"export.{name}", getattr(p, name), words)
            yield f"{name.upper()}={word}"
