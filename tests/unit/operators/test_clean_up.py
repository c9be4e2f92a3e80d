"""What stays on the host and what goes, and the net under the export."""

from pathlib import Path
from typing import Any

import pytest

from oracle_backup.domain.names import NameShape, job_name
from oracle_backup.errors import (
    DatabaseUnreachableError,
    HostUnreachableError,
    StatementError,
)
from oracle_backup.operators.clean_up import CleanUpOperator
from oracle_backup.operators.export_record import HALTED_KEY
from oracle_backup.operators.inspect import JUDGEMENT_KEY
from oracle_backup.operators.steps import NOTES_KEY
from support.export_desk import STEM, ExportDesk

AWAY = DatabaseUnreachableError("Cannot reach the database.", hint="Wait.")
HOST_AWAY = HostUnreachableError("Cannot reach the host.", hint="Wait.")
FIRST, SECOND = (
    job_name(dag_id="d", run_id="r", schema="HR", generation=generation) for generation in (1, 2)
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportDesk:
    return ExportDesk(tmp_path, monkeypatch)


def clean_up(desk: ExportDesk, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "database": "erp",
        "schema_name": "HR",
        "export": None,
        "preflight": {"folder": str(desk.dumps)},
        "verification": None,
        "ssh_conn_id": "h",
        "oracle_conn_id": "d",
        "directory": "BACKUP_DIR",
    }
    operator = CleanUpOperator(task_id="clean_up", **(values | changes))
    return operator.execute(desk.context(params={"keep_dump": False}))


def exported(desk: ExportDesk) -> dict[str, Any]:
    """Return what an export has handed on."""
    return {
        "job": FIRST,
        "generation": 1,
        "stem": STEM,
        "folder": str(desk.dumps),
        "tool": "expdp",
        "log_path": f"{desk.dumps}/{STEM}.log",
    }


def judged(desk: ExportDesk, verdict: str, paths: list[Path]) -> None:
    files = [{"path": str(path), "size_bytes": 4} for path in paths]
    desk.ti.xcoms["inspect", JUDGEMENT_KEY] = {"verdict": verdict, "dump_files": files}


@pytest.mark.parametrize(
    ("verdict", "verified", "keep", "stay", "finished"),
    [
        ("complete", True, False, False, True),
        ("incomplete", True, False, False, True),
        ("complete", False, False, True, False),
        ("unknown", False, False, True, False),
        ("failed", False, False, False, False),
        ("complete", True, True, True, True),
        ("failed", False, True, True, False),
    ],
)
def test_only_what_is_safe_elsewhere_or_of_no_use_goes(
    desk: ExportDesk, verdict: str, verified: bool, keep: bool, stay: bool, finished: bool
):
    dumps = desk.write_dumps()
    log = desk.dumps / f"{STEM}.log"
    log.write_text("log")
    # A failed export's log lists no files.
    judged(desk, verdict, [] if verdict == "failed" else dumps)

    done = clean_up(
        desk,
        export=exported(desk),
        verification={"verified": True} if verified else None,
        keep_dump=keep,
    )

    assert [path.exists() for path in dumps] == [stay, stay]
    assert log.exists() is not (verified and not keep)
    assert done["finished"] is finished
    assert (desk.dumps / "OTHER_01.dmp").exists()
    assert (NOTES_KEY in desk.ti.pushed) is (verdict == "failed" and not keep)


@pytest.mark.parametrize("kept", [False, True])
def test_records_of_a_replaced_generation_go_unless_its_dump_was_kept(desk: ExportDesk, kept: bool):
    dumps = [desk.dumps / f"{STEM}-g2_01.dmp", *(desk.write_dumps() if kept else [])]
    dumps[0].write_text("dump")
    logs = [desk.dumps / f"{STEM}.log", desk.dumps / f"{STEM}-g2.log"]
    folder = desk.shell.home / ".oracle-backup" / "jobs" / FIRST
    folder.mkdir(parents=True)
    for path in (*logs, folder / "output"):
        path.write_text("said")
    judged(desk, "complete", dumps[:1])
    second = {"job": SECOND, "generation": 2, "stem": f"{STEM}-g2", "log_path": str(logs[1])}

    done = clean_up(desk, export=exported(desk) | second, verification={"verified": True})

    assert [path.exists() for path in logs] == [kept, False]
    assert folder.exists() is kept
    assert all(path.exists() for path in dumps[1:])
    assert set(done["removed"]) == {
        *map(str, [dumps[0], logs[1]]),
        *([] if kept else map(str, [logs[0], folder])),
    }


@pytest.mark.parametrize("state", ["upstream_failed", "skipped", None])
def test_nobody_is_asked_where_no_export_was_begun(desk: ExportDesk, state: str | None):
    desk.ti.states = {"export": state}
    desk.host_trouble = desk.database.trouble = AssertionError("somebody was asked")

    assert clean_up(desk) == {"removed": [], "finished": False}


@pytest.mark.parametrize("state", ["failed", "success"])
def test_nothing_is_said_where_nothing_is_left(desk: ExportDesk, state: str):
    desk.ti.states = {"export": state}

    clean_up(desk)

    assert desk.database.stopped == []
    assert NOTES_KEY not in desk.ti.pushed


@pytest.mark.parametrize("host_away", [False, True])
def test_job_that_nobody_follows_is_stopped_and_its_half_files_go(
    desk: ExportDesk, host_away: bool
):
    desk.ti.states = {"export": "failed"}
    half = desk.write_dumps(stem=f"{STEM}-g2")
    desk.database.states[SECOND] = "EXECUTING"
    desk.host_trouble = HOST_AWAY if host_away else None

    clean_up(desk)

    assert desk.database.stopped == [SECOND]
    assert not any(path.exists() for path in half)
    said = " ".join(desk.ti.pushed[NOTES_KEY])
    assert "stopped and removed" in said
    assert "Half dump files" in said


@pytest.mark.parametrize("host_away", [False, True])
@pytest.mark.parametrize(
    "name", ["erp_HR_20260101090000-g2.dmp", "erp_HR_20260101090000-g2_01.dmp"]
)
def test_half_files_are_found_by_the_config_s_names(desk: ExportDesk, name: str, host_away: bool):
    """With the host away, the database is told to remove them by name."""
    desk.ti.states = {"export": "failed"}
    shape = NameShape(export="{database}_{schema}_{local_time}", zone="Asia/Tokyo")
    half, other = desk.dumps / name, desk.dumps / f"{STEM}-g2_01.dmp"
    for path in (half, other):
        path.write_text("half")
    desk.database.states[SECOND] = "EXECUTING"
    desk.host_trouble = HOST_AWAY if host_away else None

    clean_up(desk, shape=shape)

    assert not half.exists()
    assert other.exists()


def test_job_that_was_stopped_before_leaves_no_half_files_either(desk: ExportDesk):
    desk.ti.states = {"export": "failed"}
    half = desk.write_dumps()
    desk.directory(FIRST).mkdir(parents=True)
    (desk.directory(FIRST) / "exit_code").write_text("1\n")
    (desk.directory(FIRST) / "stopped").write_text("by hand\n")

    clean_up(desk)

    assert not any(path.exists() for path in half)
    stopped, removed = desk.ti.pushed[NOTES_KEY]
    assert stopped == f"Job {FIRST} was stopped: by hand."
    assert "Half dump files" in removed


def test_good_dump_of_an_earlier_generation_is_not_touched(desk: ExportDesk):
    desk.ti.states = {"export": "failed"}
    whole = desk.write_dumps()
    desk.directory(FIRST).mkdir(parents=True)
    (desk.directory(FIRST) / "exit_code").write_text("0\n")

    clean_up(desk)

    assert all(path.exists() for path in whole)


@pytest.mark.parametrize(("halted", "state"), [(FIRST, "NOT RUNNING"), (None, "IDLING")])
def test_job_in_somebodys_hands_is_left(desk: ExportDesk, halted: str | None, state: str):
    desk.ti.states = {"export": "failed"}
    desk.ti.xcoms["export", HALTED_KEY] = halted
    half = desk.write_dumps()
    desk.database.states[FIRST] = state

    clean_up(desk)

    assert desk.database.stopped == []
    assert all(path.exists() for path in half)
    assert "left as it is" in desk.ti.pushed[NOTES_KEY][0]


def test_database_that_is_away_leaves_it_to_the_host(desk: ExportDesk):
    desk.ti.states = {"export": "failed"}
    desk.database.trouble = AWAY

    clean_up(desk)

    assert NOTES_KEY not in desk.ti.pushed


@pytest.mark.parametrize(("exit_code", "is_told"), [("137", True), ("0", False)])
def test_job_that_only_the_database_could_tell_of_is_named_where_that_is_away(
    desk: ExportDesk, exit_code: str, is_told: bool
):
    desk.ti.states = {"export": "failed"}
    desk.database.trouble = AWAY
    desk.directory(FIRST).mkdir(parents=True)
    (desk.directory(FIRST) / "exit_code").write_text(f"{exit_code}\n")
    half = desk.write_dumps()

    clean_up(desk)

    told = " ".join(desk.ti.pushed.get(NOTES_KEY, ()))
    assert (f"Whether job {FIRST} still runs" in told) is is_told
    assert SECOND not in told
    assert all(path.exists() for path in half)


def test_nobody_to_ask_is_an_error(desk: ExportDesk):
    desk.ti.states = {"export": "failed"}
    desk.database.trouble, desk.host_trouble = AWAY, HOST_AWAY

    with pytest.raises(DatabaseUnreachableError):
        clean_up(desk)


def test_host_that_is_away_is_an_error_for_a_tool_that_is_its_own_job(desk: ExportDesk):
    desk.ti.states = {"export": "failed"}
    desk.host_trouble = HOST_AWAY

    with pytest.raises(HostUnreachableError):
        clean_up(desk, tool="exp", directory=None)


def test_job_that_can_not_be_stopped_is_an_error(desk: ExportDesk):
    desk.ti.states = {"export": "failed"}
    desk.database.states[FIRST] = "EXECUTING"
    desk.database.stop_trouble = StatementError("No right.", hint="Grant it.")

    with pytest.raises(StatementError):
        clean_up(desk)


def test_process_that_still_runs_on_the_host_is_ended(desk: ExportDesk):
    desk.plan_tool('case "$1" in *attach*) ;; *) sleep 300 ;; esac')
    from airflow.sdk.exceptions import TaskDeferred

    with pytest.raises(TaskDeferred):
        desk.operator().execute(desk.context())
    desk.ti.states = {"export": "failed"}
    half = desk.write_dumps()
    desk.database.states[FIRST] = "EXECUTING"

    clean_up(desk)

    assert (desk.directory(FIRST) / "exit_code").exists()
    assert not any(path.exists() for path in half)
    assert desk.database.stopped == [FIRST]
