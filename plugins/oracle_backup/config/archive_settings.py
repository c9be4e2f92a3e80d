"""How is a dump packed, and where is it sent? The options of ``archive`` and ``store``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from oracle_backup.config.group import Group
from oracle_backup.config.values import (
    ArchiveTemplate,
    Bandwidth,
    ConnectionId,
    FolderTemplate,
    StoreName,
    StorePath,
    at_least_one,
    size_bytes,
)


class ArchiveSettings(Group):
    """How dump and log are packed."""

    file_name: ArchiveTemplate = Field(
        default="{schema}-{time}",
        description=(
            "The archive's name without .7z. {database} and {schema} are those of the backup, "
            "{host} is host_name; {time} is the run's time in UTC as YYYYMMDDTHHMMSSZ, "
            "{local_time} the same in the schema's time zone as YYYYMMDDHHMMSS. One of the two "
            "times must be there."
        ),
        examples=["{database}-{schema}-{local_time}"],
    )
    folder: FolderTemplate = Field(
        default="{database}/{schema}",
        description=(
            "Folder of the archives below the store's path, with {database}, {schema} and {host} "
            'as above. "" is the store\'s path itself. Schemas may share a folder if file_name '
            "tells them apart. Backups in another folder are not seen any more."
        ),
        examples=["{host}/{schema}"],
    )

    level: int = Field(
        default=1,
        ge=0,
        le=9,
        description="Compression as in 7-Zip: 0 stores, 1 is fast, 9 is small and slow.",
        examples=[1],
    )
    encoder: Literal["auto", "7zz", "lzma"] = Field(
        default="auto",
        description=(
            "What compresses. 7zz: that program, which is faster. lzma: Python's own library. "
            "auto: 7zz (or 7z) where it is installed, else lzma. The archive's format is the same."
        ),
        examples=["auto"],
    )
    compress_on: Literal["worker", "host", "auto"] = Field(
        default="worker",
        description=(
            "Where the compressing is done. worker: where Airflow's task runs. host: by 7zz on "
            "the Oracle host, as a pipe at low priority, so that only compressed bytes travel. "
            "auto: host if 7zz is there, else worker."
        ),
        examples=["worker"],
    )
    password_conn_id: ConnectionId | None = Field(
        default=None,
        description=(
            "Airflow connection whose password encrypts the archive (AES-256, names included). "
            "Keep that password elsewhere too: without it nothing can be restored."
        ),
        examples=["oracle_backup_archive"],
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Threads that compress. Empty: one for each processor.",
        examples=[4],
    )


class StoreSettings(Group):
    """Where archives are sent."""

    name: StoreName | None = Field(
        default=None,
        description="What reports call the store. Empty: the connection's id.",
        examples=["offsite"],
    )
    conn_id: ConnectionId = Field(
        description="Airflow connection of type SFTP (or SSH) to the store.",
        examples=["backup_store"],
    )
    path: StorePath = Field(
        description=(
            "Folder on the store. Archives are `<path>/<database>/<schema>/<schema>-<time>.7z`, "
            "unless archive.folder and archive.file_name say otherwise."
        ),
        examples=["/backups/oracle"],
    )
    verify: Literal["full", "hash", "size"] = Field(
        default="full",
        description=(
            "How a copy is verified. full: it is read back, decompressed and every file in it "
            "checked. hash: its SHA-256 is compared, made by the store itself where it allows "
            "commands, else by reading it back. size: its size is compared."
        ),
        examples=["full"],
    )
    bandwidth_limit: Bandwidth | None = Field(
        default=None,
        description="Most bytes sent to the store in a second. Empty: no limit.",
        examples=["20MB"],
    )

    @property
    def label(self) -> str:
        """What reports call the store."""
        return self.name or self.conn_id

    @property
    def bandwidth_limit_bytes(self) -> int | None:
        """Most bytes in a second."""
        return size_bytes(self.bandwidth_limit) if self.bandwidth_limit else None


Stores = Annotated[
    tuple[StoreSettings, ...],
    Field(strict=False, json_schema_extra={"minItems": 1}),
    AfterValidator(at_least_one),
]
