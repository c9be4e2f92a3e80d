"""The mail about an export that stands still: what, since when, why, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from oracle_backup.domain.report.stall import (
    StallNotice,
    known_reasons,
    render_stall_html,
    render_stall_text,
)

SPACE = "ORA-01653: unable to extend table BACKUP.OB_X_G1 by 128 in tablespace USERS"
LOCK = "Its session 12 waits 2 h for enq: TM, which session 14 holds (HR, sqlplus)."


def make_notice(**changes: Any) -> StallNotice:
    values: dict[str, Any] = {
        "database": "lab",
        "schema": "HR",
        "host": "ora01.example",
        "job": "OB_ABCDEFGHIJKL_G1",
        "folder": "/u02/dumps",
        "log_path": "/u02/dumps/HR-20261123T020000Z.log",
        "since": datetime(2026, 11, 23, 2, 10, tzinfo=UTC),
        "seconds": 7_260.0,
        "deadline": datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
        "zone": "Europe/Madrid",
    }
    return StallNotice(**(values | changes))


def test_subject_is_one_line() -> None:
    assert make_notice().subject == "[Oracle backup] STALLED: HR on lab"
    assert "\n" not in make_notice(schema="H\nR").subject


@pytest.mark.parametrize(
    ("changes", "cause", "todo"),
    [
        ({"waiting": f"ORA-39171: wait. {SPACE}"}, "ORA-01653", "add space to that tablespace"),
        ({"reasons": (f"It waits: {SPACE}.",)}, "It waits: ORA-01653", "add space"),
        ({"reasons": (LOCK,)}, "session 14 holds", "end the session"),
        ({"free_bytes": 1024}, "only 1.0 KiB free", "free space there"),
        ({"free_bytes": 10**12}, "no reason can be told", "DBA_DATAPUMP_JOBS"),
        ({"reasons": ("Locks can't be told: no right.",)}, "no reason can be told", "V$SESSION"),
        ({}, "no reason can be told", "mark the task export as failed"),
    ],
)
def test_first_sentence_says_what_since_when_why_and_what_to_do(
    changes: dict[str, Any], cause: str, todo: str
) -> None:
    first = render_stall_text(make_notice(**changes)).splitlines()[0]

    assert first.startswith(
        "The export of HR on lab has stood still since 2026-11-23 03:10:00 Europe/Madrid ("
    )
    assert cause in first
    assert todo in first


def test_text_holds_the_figures_and_what_the_database_says() -> None:
    notice = make_notice(
        waiting=SPACE, reasons=(LOCK,), free_bytes=2**30, run_url="https://airflow.example/r"
    )

    text = render_stall_text(notice)

    assert "WHAT THE DATABASE SAYS" in text
    for words in ("OB_ABCDEFGHIJKL_G1", "2 h 01 min 00 s", "1.0 GiB in /u02/dumps"):
        assert words in text
    assert "2026-11-24 03:00:00 Europe/Madrid" in text
    assert "https://airflow.example/r" in text


def test_mail_says_what_to_do_in_a_place_of_its_own() -> None:
    text = render_stall_text(make_notice(free_bytes=1024, run_url="https://airflow.example/r"))

    assert "WHAT TO DO\n  Free space there.\n  Open this run in Airflow: https" in text


def test_what_is_not_known_is_left_out() -> None:
    text = render_stall_text(make_notice())

    assert "WHAT THE DATABASE SAYS" not in text
    assert "Free space" not in text
    assert "In Airflow" not in text


def test_html_says_the_same_and_holds_nothing_active() -> None:
    html = render_stall_html(make_notice(waiting="<script>x</script>"))

    assert "STALLED: HR on lab" in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_what_can_not_be_told_is_no_reason() -> None:
    assert known_reasons((LOCK, "Whether it waits can't be told: ORA-00942.")) == (LOCK,)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"waiting": SPACE}, f"espera espacio: {SPACE}): amplíe ese tablespace"),
        (
            {"reasons": (LOCK,)},
            "Su sesión 12 espera desde hace 2 h por enq: TM, que tiene la sesión 14 (HR, sqlplus)",
        ),
        ({"free_bytes": 1536}, "/u02/dumps solo tiene 1,5 KiB libres): libere espacio ahí."),
        ({}, "no se conoce la causa): mire el trabajo en DBA_DATAPUMP_JOBS"),
    ],
)
def test_mail_in_spanish(changes: dict[str, Any], words: str) -> None:
    notice = make_notice(language="es", **changes)
    text = render_stall_text(notice)

    assert notice.subject == "[Backup Oracle] PARADO: HR en lab"
    assert text.startswith(
        "La exportación de HR en lab lleva parada desde el 23/11/2026 03:10:00 Europe/Madrid ("
    )
    assert words in text
    assert "Se detendrá el     24/11/2026 03:00:00 Europe/Madrid" in text
    assert '<html lang="es">' in render_stall_html(notice)
