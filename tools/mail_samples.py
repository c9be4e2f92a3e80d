"""Mails as a user gets them, with values as a middling database has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from oracle_backup.adapters.mail import build_message
from oracle_backup.adapters.report_mail import build_report_message
from oracle_backup.domain.digest.night import SchemaNight, State
from oracle_backup.domain.digest.page import Digest
from oracle_backup.domain.digest.record import RunRecord
from oracle_backup.domain.report.html_page import render_html_page
from oracle_backup.domain.report.model import (
    ArchiveFacts,
    BackupReport,
    Copy,
    PastRun,
    Problem,
    Retained,
    Retention,
    Step,
)
from oracle_backup.domain.report.stall import StallNotice, render_stall_html, render_stall_text
from oracle_backup.domain.report.text_page import render_text_page
from oracle_backup.domain.table_figures import TableSize, TroubledTable

if TYPE_CHECKING:
    from email.message import EmailMessage

SENDER = "oracle-backup@example.com"
TO = ("dba@example.com",)
DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
GIB = 1024**3
SIZES = (8.1, 8.2, 8.2, 8.4, 8.3, 8.6, 8.9, 3.1, 8.8, 9.0, 9.1, 9.1, 9.4, 9.6)
SECONDS = (6.2, 2_874, 4.1, 1_193, 402, 2.8, 3.3)
TABLES = (
    ("JOURNAL_LINES", 48_113_902, 11.2),
    ("STOCK_MOVES", 31_550_127, 7.4),
    ("INVOICE_LINES", 22_904_418, 5.9),
    ("DOCUMENTS", 412_007, 4.8),
    ("PRICE_HISTORY", 19_277_310, 2.1),
)
_UNDO = "ORA-01555: Undo was overwritten before the table was read."
STEPS = ("preflight", "export", "inspect", "archive", "verify", "retain", "clean_up")


def samples(language: str) -> dict[str, EmailMessage]:
    """Return each kind of mail in a language, by name."""
    reports = {
        "complete": complete(),
        "warnings": warned(),
        "incomplete": incomplete(),
        "failed-early": failed_early(),
        "failed-export": failed_export(),
        "failed-upload": failed_upload(),
        "skipped": skipped(),
    }
    mails = {
        name: build_report_message(replace(report, language=language), sender=SENDER, recipients=TO)
        for name, report in reports.items()
    }
    return {**mails, "stalled": stalled(language), "digest": digest(language)}


def complete() -> BackupReport:
    """Return the report of a night as it should be."""
    return BackupReport(
        database="erp",
        schema="FINANCE",
        dag_id="oracle_backup__erp__FINANCE",
        run_id="scheduled__2026-11-23T02:00:00+00:00",
        run_url="https://airflow.example.com/dags/oracle_backup__erp__FINANCE/runs/"
        "scheduled__2026-11-23T02%3A00%3A00%2B00%3A00",
        host="ora01.example.com",
        zone="Europe/Madrid",
        moment=DUE,
        began=DUE + timedelta(seconds=2),
        snapshot_time=DUE + timedelta(seconds=12),
        verdict="complete",
        reasons=("The job ended successfully.",),
        warnings=(),
        steps=_steps(),
        problems=(),
        tables=214,
        rows=148_902_771,
        archive=_archive(),
        verified=True,
        retention=Retention(
            policy="7 daily, 4 weekly, 12 monthly",
            stores=(
                Retained(store="nas", kept=21, removed=("FINANCE-20261115T020000Z.7z",)),
                Retained(store="offsite", kept=21, removed=("FINANCE-20261115T020000Z.7z",)),
            ),
        ),
        biggest=tuple(
            TableSize(table=name, rows=rows, size_bytes=round(size * GIB))
            for name, rows, size in TABLES
        ),
        history=_history(),
    )


def warned() -> BackupReport:
    """Return the report of a backup that is good, of which something should be looked at."""
    return replace(
        complete(),
        warnings=(
            "Tables that lost 50 % or more of their rows since the backup of 2026-11-22 02:00 UTC:"
            " STAGING_ORDERS (1,204,118 to 3,022 rows).",
            "The last export took 47 min 54 s; undo_retention is 15 min 00 s. A consistent export "
            "that takes longer than undo is kept fails with ORA-01555: raise undo_retention and "
            "the size of the undo tablespace.",
        ),
        unchecked_host_keys=("backup_nas",),
    )


def incomplete() -> BackupReport:
    """Return the report of an export that lost the rows of some tables."""
    lost = ("JOURNAL_LINES", "STOCK_MOVES", "PRICE_HISTORY")
    return replace(
        complete(),
        verdict="incomplete",
        reasons=tuple(
            f'ORA-31693 (ORA-02354, ORA-01555): TABLE_DATA:"FINANCE"."{name}": '
            "The rows of a table are missing from the result."
            for name in lost
        ),
        steps=_steps(retain="failed"),
        problems=(
            Problem(
                step="retain",
                message="The export of FINANCE on erp is incomplete.",
                kind="ExportIncompleteError",
            ),
        ),
        codes=("ORA-01555",),
        troubled=tuple(
            TroubledTable(table=name, code="ORA-31693", causes=("ORA-01555",)) for name in lost
        ),
        troubled_count=3,
        retention=None,
    )


def failed_early() -> BackupReport:
    """Return the report of a run that found before the export that it can't be."""
    return replace(
        _nothing_made(),
        steps=_steps(preflight="failed", reached=1),
        problems=(
            Problem(
                step="preflight",
                message="Schema FINANCE on erp can't be backed up, 3 problem(s):\n"
                "  - The database refused the login (connection 'oracle_erp'): ORA-28001: the "
                "password has expired. Mend user and password of the Airflow connection, then "
                "clear the task.\n"
                "  - Folder /u02/dpdump has 11.4 GiB free, and the dump may take 44.0 GiB: the "
                "last dump took 40.0 GiB. Free space there or point the directory elsewhere.\n"
                "  - Cannot open an SFTP session on store sftp://backup@nas.example.com:22/backups "
                "(connection 'store_nas'): no answer in time. Check that sshd is running there "
                "and that the worker may connect to it.",
                hint="Nothing was exported. Mend these, then clear the run.",
                kind="PreflightError",
            ),
        ),
    )


def failed_export() -> BackupReport:
    """Return the report of an export that Data Pump gave up."""
    return replace(
        _nothing_made(),
        snapshot_time=DUE + timedelta(seconds=12),
        verdict="failed",
        reasons=(
            'The log ends with: Job "BACKUP"."OB_K3V9Q2M7XA4P_G1" stopped due to fatal error at '
            "Mon Nov 23 03:31:07 2026 elapsed 0 00:30:52",
            "ORA-39095: The dump files are full and no more may be made.",
            "ORA-27072: A file can't be written.",
        ),
        steps=_steps(inspect="failed", reached=3),
        problems=(
            Problem(step="inspect", message="The verdict is failed.", kind="ExportFailedError"),
        ),
        codes=("ORA-27072", "ORA-39095"),
        notes=("Half dump files of job OB_K3V9Q2M7XA4P_G1 were removed: /u02/dpdump/F_01.dmp.",),
    )


def failed_upload() -> BackupReport:
    """Return the report of a dump that did not get to its store."""
    return replace(
        complete(),
        steps=_steps(archive="failed", reached=4),
        problems=(
            Problem(
                step="archive",
                message="Store sftp://backup@nas.example.com:22/backups (connection 'store_nas') "
                "is full (40960 bytes are left): Cannot write FINANCE-20261123T020000Z.7z.part on "
                "store sftp://backup@nas.example.com:22/backups (connection 'store_nas'): Failure.",
                hint="Free space there or keep fewer backups, then clear the task.",
                kind="StoreFullError",
            ),
        ),
        archive=None,
        verified=False,
        retention=None,
        history=(),
    )


def skipped() -> BackupReport:
    """Return the report of a missed run that exports nothing."""
    return replace(
        _nothing_made(),
        began=DUE + timedelta(days=2, hours=5),
        skipped="This run was due at 2026-11-23 03:00 Europe/Madrid, 2 d 5 h ago, and can't be "
        "exported as of that time: undo reaches back 15 min 00 s, and that was 2 d 5 h ago. "
        "Nothing is exported (missed: skip).",
        steps=_steps(preflight="skipped", reached=1, then="skipped"),
    )


def stalled(language: str) -> EmailMessage:
    """Return the mail about an export that stands still."""
    notice = StallNotice(
        database="erp",
        schema="FINANCE",
        host="ora01.example.com",
        job="OB_K3V9Q2M7XA4P_G1",
        folder="/u02/dpdump",
        log_path="/u02/dpdump/FINANCE-20261123T020000Z.log",
        since=DUE + timedelta(minutes=21),
        seconds=3_900,
        deadline=DUE + timedelta(hours=12),
        reasons=(
            "It waits since 11/23/26 03:21:10 until this is mended: ORA-01653: unable to extend "
            "table BACKUP.OB_K3V9Q2M7XA4P_G1 by 128 in tablespace USERS",
        ),
        free_bytes=31 * GIB,
        zone="Europe/Madrid",
        run_url=complete().run_url,
        language=language,
    )
    return build_message(
        notice.subject,
        text=render_stall_text(notice),
        html=render_stall_html(notice),
        sender=SENDER,
        recipients=TO,
    )


def digest(language: str) -> EmailMessage:
    """Return the one mail about a night of several schemas."""
    nights = (
        _night("FINANCE", State.INCOMPLETE, reason=_UNDO, todo="Raise UNDO_RETENTION."),
        _night("HR", State.SUCCESS, size=0.4),
        _night("SALES", State.WARNINGS, size=3.1, reason="Undo retention is short."),
        _night("CRM", State.SUCCESS, size=1.2),
        SchemaNight(
            database="erp",
            schema="WAREHOUSE",
            state=State.MISSING,
            due=DUE,
            newest_data=DUE - timedelta(days=1),
            is_paused=True,
        ),
    )
    page = Digest(
        nights=nights,
        since=DUE - timedelta(hours=19),
        until=DUE + timedelta(hours=5),
        zone="Europe/Madrid",
        language=language,
    )
    return build_message(
        page.subject,
        text=render_text_page(page.headline, page.sections()),
        html=render_html_page(
            page.headline,
            page.sections(),
            subject=page.subject,
            colour=page.colour,
            language=language,
        ),
        sender=SENDER,
        recipients=TO,
    )


def _night(
    schema: str, state: State, *, size: float | None = None, reason: str = "", todo: str = ""
) -> SchemaNight:
    run = RunRecord(
        run_id="scheduled__2026-11-23T02:00:00+00:00",
        run_url=complete().run_url,
        moment=DUE,
        told_at=DUE + timedelta(hours=1),
        result=state.value,
        reason=reason,
        todo=todo,
        snapshot_time=DUE + timedelta(seconds=12) if size else None,
        size_bytes=round(size * GIB) if size else None,
        seconds=3_600.0,
    )
    return SchemaNight(
        database="erp",
        schema=schema,
        state=state,
        runs=(run,),
        newest_data=DUE if size else DUE - timedelta(days=1),
        size_before=round(size * GIB * 0.98) if size else None,
    )


def _nothing_made() -> BackupReport:
    return replace(
        complete(),
        snapshot_time=None,
        verdict=None,
        reasons=(),
        tables=None,
        rows=None,
        archive=None,
        verified=False,
        retention=None,
        biggest=(),
        history=(),
    )


def _steps(
    *, reached: int = len(STEPS), then: str = "upstream_failed", **states: str
) -> tuple[Step, ...]:
    return tuple(
        Step(
            name=name,
            state=states.get(name, "success") if at < reached or name == "clean_up" else then,
            seconds=SECONDS[at] if at < reached or name == "clean_up" else None,
        )
        for at, name in enumerate(STEPS)
    )


def _archive() -> ArchiveFacts:
    stem = "FINANCE-20261123T020000Z"
    near = "sftp://backup@nas.example.com:22/backups/erp/FINANCE"
    return ArchiveFacts(
        name=f"{stem}.7z",
        location=near,
        size_bytes=round(SIZES[-1] * GIB),
        dump_bytes=40 * GIB,
        encrypted=True,
        sha256="9f2c51d0a7b84e36c1f0d95e8a7342bb60c9e1f4d28a5573b6e90c4417af83d2",
        members=(f"{stem}_01.dmp", f"{stem}_02.dmp", f"{stem}.log"),
        copies=(
            Copy(store="nas", location=near, method="full"),
            Copy(
                store="offsite",
                location="sftp://oracle@vault.example.net:2222/erp/FINANCE",
                method="hash",
            ),
        ),
    )


def _history() -> tuple[PastRun, ...]:
    return tuple(
        PastRun(
            snapshot_time=DUE - timedelta(days=len(SIZES) - 1 - at),
            size_bytes=round(size * GIB),
            dump_bytes=round(size * GIB * (4.2 if size > 5 else 3.4)),
            counts=size > 5,
        )
        for at, size in enumerate(SIZES)
    )
