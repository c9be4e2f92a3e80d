"""
Which options are there, what do they hold, and what if they are left out?

The JSON Schema, the example and the reference are made from this file: `make generate`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from oracle_backup.config import names
from oracle_backup.config.values import (
    ConnectIdentifier,
    ConnectionId,
    DirectoryName,
    Duration,
    ErrorCodes,
    FileSize,
    HostPath,
    InstanceName,
    MailAddress,
    MailAddresses,
    ObjectTypes,
    OracleName,
    Phrases,
    Schedule,
    StorePath,
    Timezone,
)

Count = Annotated[int, Field(ge=-1, le=100_000)]


class Group(BaseModel):
    """A group of options."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,  # "7" is not 7: what is corrected silently is wrong silently
    )


class LoginSettings(Group):
    """How the export logs in to the database."""

    method: Literal["password", "wallet", "os"] = Field(
        default="password",
        description=(
            "password: user and password of the database connection, handed over in a file only "
            "the host's user can read. wallet: /@alias, from an Oracle wallet on the host. "
            "os: /, as the operating system's user."
        ),
        examples=["password"],
    )
    connect_identifier: ConnectIdentifier | None = Field(
        default=None,
        description=(
            "What stands after the @ of the login, as seen from the host. Left out, the export "
            "logs in to environment.oracle_sid without the network. Required with wallet."
        ),
        examples=["//db1.example.com:1521/ORCLPDB1", "ERP"],
    )


class EnvironmentSettings(Group):
    """What Oracle's tools need to know on the host. A profile of the host's is never read."""

    oracle_home: HostPath = Field(
        description="ORACLE_HOME: where the tools are installed on the host.",
        examples=["/u01/app/oracle/product/19.3.0/dbhome_1"],
    )
    oracle_sid: InstanceName | None = Field(
        default=None,
        description="ORACLE_SID: the instance, needed wherever no connect_identifier is given.",
        examples=["ORCLCDB"],
    )
    tns_admin: HostPath | None = Field(
        default=None,
        description="TNS_ADMIN: the folder of tnsnames.ora and sqlnet.ora. Empty: the home's.",
        examples=["/u01/app/oracle/network/admin"],
    )
    pdb: OracleName | None = Field(
        default=None,
        description=(
            "ORACLE_PDB_SID: the pluggable database an os login lands in. Oracle ignores a wrong "
            "name and stays in the root; give container too and that is found before the export."
        ),
        examples=["ORCLPDB1"],
    )
    container: OracleName | None = Field(
        default=None,
        description="The container (CON_NAME) the session must be in; the export fails in another.",
        examples=["ORCLPDB1"],
    )


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
    consistent: bool = Field(
        default=True,
        description=(
            "All tables as of one instant. Needs undo for as long as the export runs; without it "
            "each table shows its own instant."
        ),
        examples=[True],
    )
    exclude: ObjectTypes = Field(
        default=(),
        description="Object types that are left out. They cannot be restored from this backup.",
        examples=[["STATISTICS"]],
    )
    parallel: int = Field(
        default=1,
        ge=1,
        le=32,
        description="Worker processes of expdp. More than 1 needs Oracle's Enterprise Edition.",
        examples=[4],
    )
    file_size: FileSize | None = Field(
        default=None,
        description="Largest size of one dump file; expdp goes on in another. Empty: no limit.",
        examples=["5G"],
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


class ArchiveSettings(Group):
    """How dump and log are packed."""

    level: int = Field(
        default=1,
        ge=0,
        le=9,
        description="Compression as in 7-Zip: 0 stores, 1 is fast, 9 is small and slow.",
        examples=[1],
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
        description="Threads that compress. Empty: one for each processor of the worker.",
        examples=[4],
    )


class StoreSettings(Group):
    """Where archives are sent."""

    conn_id: ConnectionId = Field(
        description="Airflow connection of type SFTP (or SSH) to the store.",
        examples=["backup_store"],
    )
    path: StorePath = Field(
        description=(
            "Folder on the store. Archives are `<path>/<database>/<schema>/<schema>-<time>.7z`."
        ),
        examples=["/backups/oracle"],
    )


class RetentionSettings(Group):
    """
    Which backups are kept. A backup stays if any option keeps it; -1 keeps all.

    Where no option is given on any level, keep_last is 7.
    """

    keep_last: Count | None = Field(
        default=None, description="Keep the newest so many backups.", examples=[7]
    )
    keep_hourly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many hours that have one.",
        examples=[24],
    )
    keep_daily: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many days that have one.",
        examples=[14],
    )
    keep_weekly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many weeks that have one.",
        examples=[8],
    )
    keep_monthly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many months that have one.",
        examples=[12],
    )
    keep_yearly: Count | None = Field(
        default=None,
        description="Keep the newest backup of each of the last so many years that have one.",
        examples=[-1],
    )
    keep_within: Duration | None = Field(
        default=None,
        description="Keep every backup made within so long before the newest one.",
        examples=["2d"],
    )


class MailSettings(Group):
    """Who is told."""

    conn_id: ConnectionId = Field(
        default="smtp_default",
        description="Airflow connection of type SMTP.",
        examples=["smtp_default"],
    )
    to: MailAddresses = Field(
        description="Who gets the report.",
        examples=[["dba@example.com"]],
    )
    sender: MailAddress | None = Field(
        default=None,
        alias="from",
        description="Sender. Empty: the one of the connection.",
        examples=["oracle-backup@example.com"],
    )
    when: Literal["always", "warnings", "failures"] = Field(
        default="always",
        description=(
            "Which runs are reported. always: each. warnings: those that did not end without a "
            "remark. failures: those that ended red."
        ),
        examples=["always"],
    )


class Options(Group):
    """Everything that may be set in defaults, for a database and for a schema."""

    host_conn_id: ConnectionId = Field(
        description="Airflow connection of type SSH to the host where Oracle's tools run.",
        examples=["oracle_host"],
    )
    database_conn_id: ConnectionId = Field(
        description="Airflow connection of type Oracle to the database.",
        examples=["oracle_erp"],
    )
    schedule: Schedule | None = Field(
        default="0 2 * * *",
        description=(
            "When to run: a cron string, or @hourly, @daily, @weekly, @monthly, @quarterly, "
            "@yearly. null: only by hand."
        ),
        examples=["0 2 * * *"],
    )
    timezone: Timezone = Field(
        default="UTC",
        description="Time zone of the schedule, as in the IANA database.",
        examples=["Europe/Madrid"],
    )
    start_late_limit: Duration | None = Field(
        default=timedelta(hours=6),
        description=(
            "A run that could not start for so long after its time does not start at all. "
            "null: it starts however late."
        ),
        examples=["6h"],
    )
    enabled: bool = Field(
        default=True,
        description="false: no DAG is made.",
        examples=[True],
    )
    login: LoginSettings = Field(
        default_factory=LoginSettings, description="How the export logs in to the database."
    )
    environment: EnvironmentSettings = Field(
        description="What Oracle's tools need to know on the host. No profile of the host is read."
    )
    export: ExportSettings = Field(
        default_factory=ExportSettings, description="How the schema is exported."
    )
    archive: ArchiveSettings = Field(
        default_factory=ArchiveSettings, description="How dump and log are packed."
    )
    store: StoreSettings = Field(description="Where archives are sent.")
    retention: RetentionSettings = Field(
        default=RetentionSettings(keep_last=7),
        description=(
            "Which backups are kept. One stays if any of these options keeps it; -1 keeps all. "
            "Where none is given on any level, keep_last is 7."
        ),
    )
    keep_dump: bool = Field(
        default=False,
        description="Leave dump and log on the host after their archive was verified.",
        examples=[False],
    )
    mail: MailSettings = Field(description="Who is told.")
    retries: int = Field(
        default=3,
        ge=0,
        le=20,
        description="How often a task is tried again after an error that may go away by itself.",
        examples=[3],
    )


class SchemaSettings(Options):
    """
    One schema with everything that holds for it.

    :param database: the database's name in the config file.
    :param schema_name: the schema's name in Oracle's dictionary, without quotes.
    """

    database: str
    schema_name: str

    @property
    def key(self) -> str:
        """What the DAG id has behind ``oracle_backup__``; unique in the file, even in one case."""
        return names.key(self.database, self.schema_name)
