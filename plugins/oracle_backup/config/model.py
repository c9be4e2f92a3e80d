"""
Which options are there, what do they hold, and what if they are left out?

The JSON Schema, the example and the reference are made from these models: `make generate`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from oracle_backup.config import names
from oracle_backup.config.archive_settings import ArchiveSettings, Stores, StoreSettings
from oracle_backup.config.export_settings import ExportSettings
from oracle_backup.config.group import Group
from oracle_backup.config.mail_settings import MailSettings
from oracle_backup.config.retention_settings import KEEP_LAST, RetentionSettings
from oracle_backup.config.values import (
    ConnectIdentifier,
    ConnectionId,
    Duration,
    HostName,
    HostPath,
    InstanceName,
    Licences,
    OracleName,
    PingUrl,
    Schedule,
    Timezone,
)
from oracle_backup.domain.names import NameShape


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


class Options(Group):
    """Everything that may be set in defaults, for a database and for a schema."""

    host_conn_id: ConnectionId = Field(
        description=(
            "Airflow connection of type SSH to the host where Oracle's tools run. local: no "
            "connection; the tools run where Airflow's worker and triggerer run, which must then "
            "be one machine and one user."
        ),
        examples=["oracle_host"],
    )
    host_name: HostName | None = Field(
        default=None,
        description=(
            "What {host} stands for in names of files and in mails. Required where names hold it. "
            "Empty: mails name the host of the connection."
        ),
        examples=["db1.example.com"],
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
            "A scheduled run that could not start for so long after its time is a missed one. "
            "null: it starts however late."
        ),
        examples=["6h"],
    )
    missed: Literal["skip", "now"] = Field(
        default="skip",
        description=(
            "What becomes of a missed run. A backfill exports the data as of its own time where "
            "the database's undo still reaches it; where not, skip: it exports nothing, says so "
            "and ends red; now: it exports the data of now, once for all missed runs. A scheduled "
            "run that is too late is skipped with skip, and with now does as a backfill."
        ),
        examples=["skip"],
    )
    deadline: Duration | None = Field(
        default=None,
        description=(
            "How long after it was queued a run may take. Who hears of a failed run gets a mail "
            "while it goes on, with the step it is at. Empty: no such mail."
        ),
        examples=["5h"],
    )
    enabled: bool = Field(
        default=True,
        description="false: no DAG is made.",
        examples=[True],
    )
    licensed: Licences = Field(
        default=(),
        description=(
            "What of Oracle's is licensed for the database: enterprise_edition, "
            "advanced_compression, advanced_security. An option that needs one of these is "
            "refused by the preflight as long as it is not named here."
        ),
        examples=[["enterprise_edition"]],
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
    store: StoreSettings | None = Field(
        default=None,
        description="Where archives are sent. Its options marked required are so without stores.",
    )
    stores: Stores | None = Field(
        default=None,
        description=(
            "Several archive stores, instead of store: each archive is made once and written to "
            "all. A list; each item has the options of store. A level that has stores takes no "
            "store from a farther one, and the other way round."
        ),
        examples=[
            [
                {"conn_id": "backup_store", "path": "/oracle"},
                {"conn_id": "offsite_store", "path": "/oracle"},
            ]
        ],
    )
    retention: RetentionSettings = Field(
        default=RetentionSettings(keep_last=KEEP_LAST),
        description=(
            "Which backups are kept. One stays if any of these options keeps it; -1 keeps all. "
            "Where none is given on any level, keep_last is 7."
        ),
    )
    max_age: Duration | None = Field(
        default=None,
        description=(
            "How old the newest verified backup may be before something is wrong. Empty: the "
            "longest time between two starts of the schedule, the night included on which clocks "
            "are put back, and start_late_limit on top, at least 6h; without a schedule, any age."
        ),
        examples=["30h"],
    )
    keep_dump: bool = Field(
        default=False,
        description="Leave dump and log on the host after their archive was verified.",
        examples=[False],
    )
    host_retention: RetentionSettings | None = Field(
        default=None,
        description=(
            "Which dumps and logs stay on the host, too, after their archives were verified. Left "
            "out, none does. Only files that a manifest on a store names are removed, and only "
            "with the size it tells; when the last store gives a backup up, the host does too."
        ),
    )
    max_drill_age: Duration | None = Field(
        default=None,
        description=(
            "How long ago the last rehearsed restore that passed may be before something is "
            "wrong. Empty: nobody is told."
        ),
        examples=["30d"],
    )
    mail: MailSettings = Field(description="Who is told.")
    ping_url: PingUrl | None = Field(
        default=None,
        description=(
            "An address of a monitor outside, such as healthchecks: it is asked for with /start "
            "behind it when a run starts, as it is after a good one, with /fail and the verdict "
            "after any other. Whoever knows it can pretend a backup: it is not shown in mails and "
            "logs."
        ),
        examples=["https://hc-ping.com/0a1b2c3d-4e5f-6789-abcd-ef0123456789"],
    )
    retries: int = Field(
        default=3,
        ge=0,
        le=20,
        description="How often a task is tried again after an error that may go away by itself.",
        examples=[3],
    )
    retry_delay: Duration = Field(
        default=timedelta(minutes=2),
        description="How long after such an error a task is tried again.",
        examples=["2m"],
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

    @property
    def all_stores(self) -> tuple[StoreSettings, ...]:
        """The stores an archive is written to: one or more."""
        return self.stores or ((self.store,) if self.store else ())

    @property
    def name_shape(self) -> NameShape:
        """How the schema's files are called."""
        return NameShape(
            archive=self.archive.file_name,
            folder=self.archive.folder,
            export=self.export.file_name,
            numbered=self.export.numbered_files,
            zone=self.timezone,
            host=self.host_name or "",
        )

    @property
    def folder(self) -> str:
        """The schema's folder on its stores, relative to their paths; may be empty."""
        return self.name_shape.folder_of(database=self.database, schema=self.schema_name)

    def export_options(self) -> dict[str, Any]:
        """Return what the export operator takes as ``options``."""
        return self.export.parameters()
