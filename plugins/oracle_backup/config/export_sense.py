"""Do the options of ``export`` make sense together?"""

from __future__ import annotations

from collections.abc import Iterator

from oracle_backup.config.export_settings import ExportSettings
from oracle_backup.config.finding import Finding, Path
from oracle_backup.domain.parameter_values import table_filter
from oracle_backup.errors import ConfigError

_DATA_PUMPS_OWN = (
    *("content", "exclude_tables", "cluster", "compression", "compression_algorithm"),
    *("encryption", "encryption_password_conn_id", "encryption_mode", "encryption_algorithm"),
    *("checksum", "checksum_algorithm", "version", "access_method"),
)
_OF_ENCRYPTION = ("encryption_password_conn_id", "encryption_mode", "encryption_algorithm")


def check_export(export: ExportSettings) -> Iterator[Finding]:
    """Yield what does not go together in how one schema is exported."""
    if export.tool == "exp":
        yield from _check_exp(export)
        return
    for name in ("direct", "buffer"):
        if getattr(export, name):
            text = "is for export.tool exp; remove it"
            yield Finding(_path(name), text, (_path("tool"),))
    yield from _check_files(export)
    yield from _check_tables(export)
    yield from _check_compression(export)
    yield from _check_encryption(export)


def _path(name: str) -> Path:
    return ("export", name)


def _check_exp(export: ExportSettings) -> Iterator[Finding]:
    tool = (_path("tool"),)
    if export.path is None:
        text = "is required with export.tool exp: give a folder on the host"
        yield Finding(_path("path"), text, tool)
    if export.parallel > 1:
        text = f"must be 1 with export.tool exp, is {export.parallel}"
        yield Finding(_path("parallel"), text, tool)
    if export.file_size is not None:
        text = "does not go with export.tool exp, which writes one file; remove it"
        yield Finding(_path("file_size"), text, tool)
    # exp leaves statistics out anyway; it has nothing for any other type.
    others = [kind for kind in export.exclude if kind != "STATISTICS"]
    if others:
        text = f"may hold only STATISTICS with export.tool exp, has {others[0]}"
        yield Finding(_path("exclude"), text, tool)
    for name in _DATA_PUMPS_OWN:
        if getattr(export, name) != type(export).model_fields[name].default:
            text = "does not go with export.tool exp, which has nothing like it; remove it"
            yield Finding(_path(name), text, tool)
    if export.direct and export.buffer is not None:
        text = "does nothing with export.direct; remove one"
        yield Finding(_path("buffer"), text, (_path("direct"), *tool))


def _check_files(export: ExportSettings) -> Iterator[Finding]:
    if export.numbered_files:
        return
    if export.parallel > 1:
        text = f"must be 1 with export.numbered_files: false, is {export.parallel}"
        yield Finding(_path("parallel"), text, (_path("numbered_files"),))
    if export.file_size is not None:
        text = "does not go with export.numbered_files: false; remove one"
        yield Finding(_path("file_size"), text, (_path("numbered_files"),))


def _check_tables(export: ExportSettings) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, name in enumerate(export.exclude_tables):
        first = seen.setdefault(name, index)
        if first != index:
            text = f"is the same table as export.exclude_tables[{first}]; remove one"
            yield Finding((*_path("exclude_tables"), index), text)
    try:
        table_filter(export.exclude_tables)
    except ConfigError as error:
        said = error.message.removeprefix("export.exclude_tables ").rstrip(".")
        yield Finding(_path("exclude_tables"), f"{said}; name fewer")


def _check_compression(export: ExportSettings) -> Iterator[Finding]:
    if export.compression_algorithm and export.compression not in ("all", "data_only"):
        text = "needs export.compression all or data_only; set that or remove this"
        yield Finding(_path("compression_algorithm"), text, (_path("compression"),))
    if export.checksum_algorithm and not export.checksum:
        text = "needs export.checksum: true; set that or remove this"
        yield Finding(_path("checksum_algorithm"), text, (_path("checksum"),))


def _check_encryption(export: ExportSettings) -> Iterator[Finding]:
    kind, password = _path("encryption"), _path("encryption_password_conn_id")
    mode = _path("encryption_mode")
    if export.encryption is None:
        for name in _OF_ENCRYPTION:
            if getattr(export, name) is not None:
                text = "does nothing without export.encryption; set that or remove this"
                yield Finding(_path(name), text, (kind,))
        return
    if export.encryption_mode == "transparent":
        if export.encryption_password_conn_id is not None:
            text = "does not go with export.encryption_mode transparent; remove one"
            yield Finding(password, text, (kind, mode))
    elif export.encryption_password_conn_id is None:
        text = "is required with export.encryption, but for export.encryption_mode transparent"
        yield Finding(password, text, (kind, mode))
    if export.encryption == "encrypted_columns_only" and export.encryption_algorithm is not None:
        text = "does not go with export.encryption encrypted_columns_only; remove it"
        yield Finding(_path("encryption_algorithm"), text, (kind,))
