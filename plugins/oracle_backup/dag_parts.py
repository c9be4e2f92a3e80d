"""How do a schema's settings become what Airflow wants: timetable, retries, form, description?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import (
    Asset,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
)

from oracle_backup.config.expected_age import expected_age
from oracle_backup.domain import names
from oracle_backup.domain.retention import PruneRules
from oracle_backup.errors import RETRIED, BackupError
from oracle_backup.operators.stores import StorePlace

if TYPE_CHECKING:
    from datetime import timedelta

    from oracle_backup.config.model import SchemaSettings

NLS_LANG = "AMERICAN_AMERICA.AL32UTF8"
"""English messages, and no letter lost: other languages are read too, but not asked for."""


def backup_asset(settings: SchemaSettings) -> Asset:
    """Return the asset that each verified backup of a schema updates, for others to wait for."""
    token = names.name_token(settings.schema_name)
    return Asset(
        name=f"oracle-backup/{settings.database}/{token}",
        uri=f"oracle-backup://{settings.database}/{token}",
        group="oracle_backup",
    )


def store_places(settings: SchemaSettings) -> tuple[StorePlace, ...]:
    """Return where a schema's archives go."""
    return tuple(
        StorePlace(
            name=one.label,
            conn_id=one.conn_id,
            path=one.path,
            verify=one.verify,
            bandwidth_limit_bytes=one.bandwidth_limit_bytes,
        )
        for one in settings.all_stores
    )


def timetable(settings: SchemaSettings) -> CronTriggerTimetable | None:
    if settings.schedule is None:
        return None
    # No start date and no run at once: unpausing a DAG at noon starts no export at noon.
    return CronTriggerTimetable(
        settings.schedule, timezone=settings.timezone, run_immediately=False
    )


def default_args(*, retries: int, retry_delay: timedelta) -> dict[str, Any]:
    return {
        "owner": "oracle-backup",
        "retries": retries,
        "retry_delay": retry_delay,
        "retry_policy": ExceptionRetryPolicy(
            rules=[
                *(RetryRule(exception=kind, action=RetryAction.RETRY) for kind in RETRIED),
                RetryRule(exception=BackupError, action=RetryAction.FAIL),
            ]
        ),
    }


def form() -> dict[str, Param]:
    return {
        "pin": Param(
            default=False,
            type="boolean",
            title="Pin",
            description="Keep this backup for ever, whatever retention says.",
        ),
        "note": Param(
            default=None,
            type=["null", "string"],
            maxLength=500,
            title="Note",
            description="Kept in the manifest and shown in the report.",
        ),
        "keep_dump": Param(
            default=False,
            type="boolean",
            title="Keep the dump on the host",
            description="Leave dump and log where Data Pump wrote them.",
        ),
    }


def tool_environment(settings: SchemaSettings) -> dict[str, str | None]:
    """Return the tool's environment: said in full, so that no profile of the host matters."""
    place = settings.environment
    return {
        "ORACLE_HOME": place.oracle_home,
        "ORACLE_SID": place.oracle_sid,
        "TNS_ADMIN": place.tns_admin,
        "ORACLE_PDB_SID": place.pdb,
        "TWO_TASK": None,
        "NLS_LANG": NLS_LANG,
        "LD_LIBRARY_PATH": f"{place.oracle_home}/lib",
    }


def host_rules(settings: SchemaSettings) -> PruneRules | None:
    """Return what of the dumps on the host is kept, or None where nothing is."""
    retention = settings.host_retention
    if retention is None:
        return None
    return PruneRules(
        policy=retention.policy,
        zone=settings.timezone,
        expected_age=expected_age(settings),
        max_delete=retention.max_delete,
    )


def describe(settings: SchemaSettings) -> str:
    s = settings
    when = f"`{s.schedule}` ({s.timezone})" if s.schedule else "only when triggered by hand"
    secret = "encrypted (AES-256)" if s.archive.password_conn_id else "not encrypted"
    return "\n".join(
        [
            f"Backs up schema **{s.schema_name}** of database **{s.database}**.",
            "",
            f"- Runs: {when}",
            f"- Exported with: `{s.export.tool}`, "
            f"{'one consistent instant' if s.export.consistent else 'each table by itself'}",
            *(
                f"- Sent to: `{one.path}` (connection `{one.conn_id}`), {secret}"
                for one in s.all_stores
            ),
            f"- Keeps: {s.retention.policy.in_words()}",
            *(
                [f"- Keeps dumps on the host: {s.host_retention.policy.in_words()}"]
                if s.host_retention
                else []
            ),
            f"- Report to: {', '.join(s.mail.everybody)}",
            "",
            "How to get data back: `docs/how-to/restore.md`.",
        ]
    )
