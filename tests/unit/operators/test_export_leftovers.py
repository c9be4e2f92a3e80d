"""A job that has to go: it is gone, or it is said that it may not be."""

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from oracle_backup.errors import (
    DatabaseUnreachableError,
    ExportLostError,
    StatementError,
)
from oracle_backup.operators import export_leftovers
from oracle_backup.operators.export_leftovers import Leftovers, end_job
from support.export_desk import STEM, ExportDesk

AWAY = DatabaseUnreachableError("Cannot reach the database.", hint="Wait.")
NO_RIGHT = StatementError("No right.", hint="Grant it.")
WAITS = """
case "$1" in
*attach*) {attach} ;;
*) exec sleep 300 ;;
esac
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportDesk:
    monkeypatch.setattr(export_leftovers, "_PATIENCE_SECONDS", 0)
    return ExportDesk(tmp_path, monkeypatch)


def begin(desk: ExportDesk, *, attach: str) -> Leftovers:
    """Start an export whose tool waits; this is what it does when it attaches to its job."""
    desk.plan_tool(WAITS.format(attach=attach))
    with pytest.raises(TaskDeferred):
        desk.operator().execute(desk.context())
    desk.database.states[desk.job] = "EXECUTING"
    return Leftovers.of(desk.record, directory="BACKUP_DIR", oracle_conn_id="d")


def end(desk: ExportDesk, left: Leftovers, **changes: Any) -> list[str]:
    return end_job(left, **{"shell": desk.shell, "why": "it had to go", **changes})


def test_job_that_only_its_own_tool_can_end_is_gone(desk: ExportDesk):
    left = begin(desk, attach=f"touch {desk.shell.home}/attached")
    desk.database.stop_trouble = NO_RIGHT
    # As the database shows it once the tool has ended it.
    desk.database.before_stop_fails = desk.database.states.clear

    (said,) = end(desk, left)

    assert (desk.shell.home / "attached").exists()
    assert "it had to go: it was stopped" in said


@pytest.mark.parametrize("attach", ["exit 0", "exit 1"])
def test_client_that_was_ended_does_not_hide_a_job_that_goes_on(desk: ExportDesk, attach: str):
    left = begin(desk, attach=attach)
    desk.database.stop_trouble = NO_RIGHT

    with pytest.raises(StatementError, match="No right"):
        end(desk, left)

    assert (desk.directory(left.job) / "exit_code").exists()


@pytest.mark.parametrize(("attach", "is_believed"), [("exit 0", True), ("exit 1", False)])
def test_tool_alone_is_believed_where_the_database_is_away(
    desk: ExportDesk, attach: str, is_believed: bool
):
    left = begin(desk, attach=attach)
    desk.database.trouble = AWAY

    if is_believed:
        assert len(end(desk, left)) == 1
    else:
        with pytest.raises(DatabaseUnreachableError):
            end(desk, left)


def test_job_that_was_told_to_stop_and_does_not_is_trouble(
    desk: ExportDesk, monkeypatch: pytest.MonkeyPatch
):
    left = begin(desk, attach="exit 1")
    monkeypatch.setattr(desk.database, "stop_job", lambda *_, **__: True)

    with pytest.raises(ExportLostError, match="still there as EXECUTING"):
        end(desk, left, shell=None)


def overdue(desk: ExportDesk) -> Any:
    return desk.operator().execute_complete(desk.context(), desk.event("overdue"))


def test_export_that_could_not_be_stopped_is_ended_before_the_next_starts(desk: ExportDesk):
    left = begin(desk, attach="exit 1")
    half = desk.write_dumps(STEM)
    desk.database.trouble = AWAY
    with pytest.raises(Exception, match="may still run: it could not be stopped"):
        overdue(desk)

    desk.database.trouble = None
    with pytest.raises(TaskDeferred):
        desk.operator().execute(desk.context())

    assert desk.database.stopped == [left.job]
    assert desk.record["generation"] == 2
    assert not any(path.exists() for path in half)


def test_export_that_can_still_not_be_stopped_keeps_the_next_from_starting(desk: ExportDesk):
    left = begin(desk, attach="exit 1")
    desk.database.trouble = AWAY
    with pytest.raises(Exception, match="may still run: it could not be stopped"):
        overdue(desk)

    desk.database.trouble = None
    desk.database.stop_trouble = NO_RIGHT
    for _ in range(2):
        with pytest.raises(StatementError, match="No right"):
            desk.operator().execute(desk.context())

    assert desk.calls == 1
    assert desk.record["predecessor"]["job"] == left.job
