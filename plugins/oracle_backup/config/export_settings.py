"""How is a schema exported? The options of ``export``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from oracle_backup.config.group import Group
from oracle_backup.config.values import (
    BufferSize,
    ConnectionId,
    DirectoryName,
    Duration,
    ErrorCodes,
    ExportTemplate,
    FileSize,
    HostPath,
    ObjectTypes,
    Phrases,
    Release,
    TableNames,
    size_bytes,
)

_BESIDE = frozenset(
    {"tool", "directory", "path", "consistent", "exclude", "parallel", "file_size", "buffer"}
    | {"max_duration", "stall_after", "tolerate", "warning_phrases", "error_phrases"}
    | {"warn_rows_drop", "file_name", "numbered_files"}
)
"""What the export's parameters are told otherwise, and what is for other tasks."""


class ExportSettings(Group):
    """How the schema is exported."""

    tool: Literal["expdp", "exp"] = Field(
        default="expdp",
        description=(
            "expdp: Data Pump, written by the database server. exp: the original export, for old "
            "databases, written by the host itself."
        ),
        examples=["expdp"],
    )
    directory: DirectoryName = Field(
        default="DATA_PUMP_DIR",
        description="Directory object of the database that expdp writes to.",
        examples=["BACKUP_DIR"],
    )
    path: HostPath | None = Field(
        default=None,
        description="Folder on the host that exp writes to. Required with exp.",
        examples=["/u02/backups"],
    )
    file_name: ExportTemplate = Field(
        default="{schema}-{time}",
        description=(
            "What dump files and log are called on the host, without what stands behind it: "
            "_01.dmp, .dmp or .log. Placeholders as in archive.file_name."
        ),
        examples=["{schema}-{local_time}"],
    )
    numbered_files: bool = Field(
        default=True,
        description=(
            "expdp writes as many files as it needs, and numbers them: _01.dmp, _02.dmp. false: "
            "one file without a number, which goes with neither parallel nor file_size. exp "
            "always writes one."
        ),
        examples=[True],
    )
    consistent: bool = Field(
        default=True,
        description=(
            "All tables as of one instant. Needs undo for as long as the export runs; without it "
            "each table shows its own instant."
        ),
        examples=[True],
    )
    content: Literal["all", "metadata_only", "data_only"] = Field(
        default="all",
        description=(
            "all: definitions and rows. metadata_only: no rows. data_only: rows, to be loaded "
            "into tables that are there. expdp only."
        ),
        examples=["all"],
    )
    exclude: ObjectTypes = Field(
        default=(),
        description="Object types that are left out. They cannot be restored from this backup.",
        examples=[["STATISTICS"]],
    )
    exclude_tables: TableNames = Field(
        default=(),
        description=(
            "Tables that are left out, with their rows, indexes and all else of theirs. They "
            "cannot be restored from this backup. Names are written as schemas' are. expdp only."
        ),
        examples=[["STAGING", "SESSION_LOG"]],
    )
    parallel: int = Field(
        default=1,
        ge=1,
        le=32,
        description="Worker processes of expdp. More than 1 needs Oracle's Enterprise Edition.",
        examples=[4],
    )
    cluster: bool = Field(
        default=False,
        description=(
            "On a RAC, let worker processes run on other instances too. The directory object must "
            "lead to a folder that all of them share. expdp only."
        ),
        examples=[False],
    )
    file_size: FileSize | None = Field(
        default=None,
        description="Largest size of one dump file; expdp goes on in another. Empty: no limit.",
        examples=["5G"],
    )
    compression: Literal["metadata_only", "all", "data_only", "none"] = Field(
        default="metadata_only",
        description=(
            "What expdp compresses inside the dump. all and data_only need the Enterprise Edition "
            "and Advanced Compression. The archive is compressed anyway."
        ),
        examples=["metadata_only"],
    )
    compression_algorithm: Literal["basic", "low", "medium", "high"] | None = Field(
        default=None,
        description="How, with compression all or data_only, from 12.1 on. Empty: Oracle's choice.",
        examples=["medium"],
    )
    encryption: Literal["all", "data_only", "metadata_only", "encrypted_columns_only"] | None = (
        Field(
            default=None,
            description=(
                "What expdp encrypts inside the dump. Needs the Enterprise Edition and Advanced "
                "Security; the archive can be encrypted without either: archive.password_conn_id. "
                "Empty: nothing."
            ),
            examples=["all"],
        )
    )
    encryption_password_conn_id: ConnectionId | None = Field(
        default=None,
        description=(
            "Airflow connection whose password encrypts the dump. Keep that password elsewhere "
            "too: without it nothing can be restored."
        ),
        examples=["oracle_backup_dump"],
    )
    encryption_mode: Literal["password", "transparent", "dual"] | None = Field(
        default=None,
        description=(
            "password: opened by the password. transparent: by the database's own wallet. dual: "
            "by either. Empty: dual where the wallet is open, else password."
        ),
        examples=["password"],
    )
    encryption_algorithm: Literal["aes128", "aes192", "aes256"] | None = Field(
        default=None,
        description="How the dump is encrypted. Empty: Oracle's choice, aes128 in most releases.",
        examples=["aes256"],
    )
    checksum: bool = Field(
        default=False,
        description=(
            "expdp writes checksums into the dump, which impdp can check. From 21c on. Archives "
            "have checksums of their own anyway."
        ),
        examples=[False],
    )
    checksum_algorithm: Literal["crc32", "sha256", "sha384", "sha512"] | None = Field(
        default=None,
        description="Which checksums, with checksum. Empty: Oracle's choice, sha256.",
        examples=["sha256"],
    )
    version: Release | None = Field(
        default=None,
        description=(
            "Oldest release that must be able to import the dump; newer features are left out of "
            "it. In quotes. Empty: the database's own. expdp only."
        ),
        examples=["12.2"],
    )
    access_method: Literal["automatic", "direct_path", "external_table"] = Field(
        default="automatic",
        description="How expdp reads rows. Anything but automatic only on advice of Oracle's.",
        examples=["automatic"],
    )
    direct: bool = Field(
        default=False,
        description="exp reads rows past the SQL layer, which is faster. exp only.",
        examples=[False],
    )
    buffer: BufferSize | None = Field(
        default=None,
        description="Memory in which exp gathers rows, where it does not read direct. exp only.",
        examples=["10M"],
    )
    max_duration: Duration = Field(
        default=timedelta(hours=24),
        description="Longest time an export may take; then it is stopped on the database's side.",
        examples=["12h"],
    )
    stall_after: Duration = Field(
        default=timedelta(hours=2),
        description="An export whose log and files have not grown for so long counts as stuck.",
        examples=["30m"],
    )
    tolerate: ErrorCodes = Field(
        default=(),
        description="Codes that leave an export complete, beside the harmless ones known anyway.",
        examples=[["ORA-39083"]],
    )
    warning_phrases: Phrases = Field(
        default=(),
        description=(
            "Text whose presence in the log makes a complete verdict incomplete. Case and accents "
            "don't matter."
        ),
        examples=[["advertencias"]],
    )
    error_phrases: Phrases = Field(
        default=(),
        description="Text whose presence in the log makes the verdict failed.",
        examples=[["no ha terminado correctamente"]],
    )
    warn_rows_drop: int = Field(
        default=50,
        ge=1,
        le=100,
        description=(
            "Per cent of its rows that a table of 100 or more must lose since the last good backup "
            "for the report to warn of it."
        ),
        examples=[50],
    )

    def parameters(self) -> dict[str, Any]:
        """
        Return the options that go into the parameter file as they are, where they are set.

        They are arguments of `ExportParameters`, but for ``encryption_password_conn_id``, the
        connection that ``encryption_password`` is in.
        """
        found = {
            name: getattr(self, name)
            for name, field in type(self).model_fields.items()
            if name not in _BESIDE and getattr(self, name) != field.default
        }
        if self.buffer is not None:
            found["buffer_bytes"] = size_bytes(self.buffer)
        return found
