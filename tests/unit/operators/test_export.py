"""An export's task: how it begins once, and what it does about every end."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from oracle_backup.domain.lost_job import ENDED_BY_HAND, TRY_KEY
from oracle_backup.domain.names import NameShape
from oracle_backup.errors import (
    DatabaseLoginError,
    DatabaseUnreachableError,
    ExportFailedError,
    ExportLostError,
    HostUnreachableError,
    LoginRejectedError,
    StatementError,
)
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.operators.export_record import HALTED_KEY
from oracle_backup.operators.steps import NOTES_KEY, PROBLEM_KEY
from support.export_desk import (
    FATAL_LINE,
    GOOD_LINE,
    LOG,
    STEM,
    STOPPED_LINE,
    ExportDesk,
)

AWAY = DatabaseUnreachableError("Cannot reach the database.", hint="Wait.")
HOST_AWAY = HostUnreachableError("Cannot reach the host.", hint="Wait.")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportDesk:
    return ExportDesk(tmp_path, monkeypatch)


def start(desk: ExportDesk, **changes: Any) -> Any:
    """Run the task until it waits; return the trigger it waits with."""
    with pytest.raises(TaskDeferred) as deferred:
        desk.operator(**changes).execute(desk.context())
    assert deferred.value.method_name == "execute_complete"
    return deferred.value.trigger


def wake(desk: ExportDesk, event: dict[str, Any], **changes: Any) -> Any:
    """Send the task an event after which it waits again; return the new trigger."""
    with pytest.raises(TaskDeferred) as deferred:
        desk.operator(**changes).execute_complete(desk.context(), event)
    return deferred.value.trigger


def finish(desk: ExportDesk, event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Send the task an event with which it ends well."""
    return desk.operator(**changes).execute_complete(desk.context(), event)


def wait_for_end(desk: ExportDesk, job: str) -> None:
    """Wait until the tool of a job has ended."""
    give_up = time.monotonic() + 60
    while not (desk.directory(job) / "exit_code").exists():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def lose(desk: ExportDesk) -> None:
    """Let the host know nothing of the job's processes any more, as after a reboot."""
    wait_for_end(desk, desk.job)
    (desk.directory(desk.job) / "exit_code").unlink()
    (desk.directory(desk.job) / "attach.par").write_text("USERID=secret")
    (desk.directory(desk.job) / "pid").write_text("1\nanother boot\n1\n")


# How it begins


def test_trigger_is_told_all_it_has_to_watch(desk: ExportDesk):
    trigger = start(desk, poll_interval=3.0, stall_after=timedelta(hours=1))

    arguments = trigger.serialize()[1]
    assert arguments["job"] == desk.job
    assert arguments["stem"] == STEM
    assert arguments["folder"] == str(desk.dumps)
    assert arguments["log_path"] == f"{desk.dumps}/{STEM}.log"
    assert arguments["oracle_conn_id"] == "d"
    assert (arguments["source"], arguments["offset"]) == ("output", 0)
    assert (arguments["told_quiet"], arguments["quiet_seconds"]) == (False, 0.0)
    assert (arguments["poll_interval"], arguments["stall_after"]) == (3.0, 3600.0)
    wait_for_end(desk, desk.job)
    assert desk.calls == 1


def test_try_that_begins_leaves_its_number(desk: ExportDesk):
    desk.ti.try_number = 3

    start(desk)

    assert desk.ti.pushed[TRY_KEY] == 3


def test_legacy_export_has_no_job_in_the_database(desk: ExportDesk):
    desk.tool.rename(desk.tool.with_name("exp"))

    trigger = start(desk, tool="exp", directory=None)

    assert trigger.serialize()[1]["oracle_conn_id"] is None
    assert desk.record["dump_pattern"] == f"{STEM}.dmp"


def test_options_reach_the_parameter_file_and_the_manifest(desk: ExportDesk):
    desk.plan_tool("cp job.par $HOME/seen.par")

    start(
        desk,
        preflight={"folder": str(desk.dumps), "dump_template": "%L", "database_version": "19.3"},
        exclude=["STATISTICS"],
        options={"compression": "all", "exclude_tables": ["LOGS"], "parallel": 2},
    )

    wait_for_end(desk, desk.job)
    seen = (desk.shell.home / "seen.par").read_text()
    assert f"DUMPFILE={STEM}_%L.dmp" in seen
    assert "COMPRESSION=ALL" in seen
    assert "LOGS" in seen
    assert "PARALLEL=2" in seen
    parameters = desk.record["parameters"]
    assert parameters["exclude"] == ["STATISTICS"]
    assert parameters["exclude_tables"] == ["LOGS"]
    assert parameters["parallel"] == 2


def test_encryption_password_is_in_the_parameter_file_and_nowhere_else(
    desk: ExportDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AIRFLOW_CONN_SECRET_ONE", '{"conn_type": "generic", "password": "canary1"}')
    desk.plan_tool("cp job.par $HOME/seen.par")

    trigger = start(
        desk, options={"encryption": "all", "encryption_password_conn_id": "secret_one"}
    )

    wait_for_end(desk, desk.job)
    assert "canary1" in (desk.shell.home / "seen.par").read_text()
    assert "canary1" not in f"{desk.store} {desk.ti.pushed} {trigger.serialize()}"


@pytest.mark.parametrize(("ended", "generation"), [(False, 1), (True, 2)])
def test_next_generation_comes_only_after_the_last_has_ended(
    desk: ExportDesk, ended: bool, generation: int
):
    start(desk)
    desk.record["ended"] = ended
    wait_for_end(desk, desk.job)

    trigger = start(desk)

    assert desk.record["generation"] == generation
    assert trigger.job.endswith(f"_G{generation}")
    wait_for_end(desk, desk.job)
    assert desk.calls == generation


def test_export_that_was_stopped_and_cleared_is_the_next_and_its_half_files_go(desk: ExportDesk):
    start(desk)
    first = desk.job
    wait_for_end(desk, first)
    (desk.directory(first) / "stopped").write_text("the task was ended by hand\n")
    half = desk.write_dumps()

    start(desk)

    assert desk.record["generation"] == 2
    assert not any(path.exists() for path in half)
    assert (desk.dumps / "OTHER_01.dmp").exists()
    (note,) = desk.ti.pushed[NOTES_KEY]
    assert "Half dump files of job" in note
    assert first in note


def age(desk: ExportDesk) -> str:
    desk.record["stored"] = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return desk.record["stored"]


@pytest.mark.parametrize("was_seen", [True, False])
def test_job_that_a_clear_stops_only_after_it_was_found_again_is_followed_by_the_next(
    desk: ExportDesk, was_seen: bool
):
    start(desk)
    first = desk.job
    wait_for_end(desk, first)
    desk.write_log(LOG + FATAL_LINE)
    half = desk.write_dumps()
    (desk.directory(first) / "stopped").write_text(f"{ENDED_BY_HAND}\n")

    trigger = wake(
        desk,
        desk.event("ended", exit_code=1, stopped=ENDED_BY_HAND if was_seen else None),
    )

    assert desk.record["generation"] == 2
    assert trigger.job == desk.job != first
    assert not any(path.exists() for path in half)


def test_job_that_was_stopped_for_another_reason_is_judged(desk: ExportDesk):
    start(desk)
    wait_for_end(desk, desk.job)
    desk.write_log(LOG + FATAL_LINE)
    (desk.directory(desk.job) / "stopped").write_text("it took longer than max_duration\n")

    assert finish(desk, desk.event("ended", exit_code=1))["generation"] == 1


@pytest.mark.parametrize(("launched", "anew"), [(False, True), (True, False)])
def test_old_snapshot_of_a_job_that_never_started_is_taken_anew(
    desk: ExportDesk, launched: bool, anew: bool
):
    start(desk)
    if not launched:
        # As after a try that reached no host.
        wait_for_end(desk, desk.job)
        desk.shell.run("rm -r ~/.oracle-backup", timeout_seconds=60)
        desk.record["launched"] = False
    stored, generation = age(desk), desk.record["generation"]

    start(desk)

    assert (desk.record["stored"] != stored) is anew
    assert desk.record["generation"] == generation


def test_job_whose_directory_is_gone_is_not_started_again(desk: ExportDesk):
    start(desk)
    wait_for_end(desk, desk.job)
    desk.shell.run("rm -r ~/.oracle-backup", timeout_seconds=60)

    start(desk)

    assert desk.calls == 1
    assert not desk.directory(desk.job).exists()


def test_job_that_only_the_database_knows_is_not_started_again(desk: ExportDesk):
    start(desk)
    wait_for_end(desk, desk.job)
    desk.shell.run("rm -r ~/.oracle-backup", timeout_seconds=60)
    desk.record["launched"] = False
    age(desk)
    desk.database.states[desk.job] = "EXECUTING"

    start(desk)

    assert desk.calls == 1


# How it ends


def test_export_that_ended_is_handed_on_and_a_clear_starts_the_next(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG + GOOD_LINE)
    desk.database.trouble = AWAY

    result = finish(desk, desk.event("ended", exit_code=5))

    assert result["exit_code"] == 5
    assert result["log_path"] == desk.record["log_path"]
    assert result["notes"] == []
    assert result["started"] == "2026-01-01T00:00:00Z"
    assert {"deadline", "ended", "launched", "client"} & set(result) == {"ended"}
    assert result["ended"] == "2026-01-01T00:10:00Z"
    assert desk.record["ended"] is True


def test_job_that_goes_on_without_its_client_is_followed_in_the_database(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG)
    desk.database.states[desk.job] = "EXECUTING"

    trigger = wake(desk, desk.event("ended", exit_code=137))

    arguments = trigger.serialize()[1]
    assert (arguments["source"], arguments["offset"]) == ("log", 90)
    assert desk.record["ended"] is False

    again = wake(desk, desk.event("look"))
    assert again.serialize()[1]["source"] == "log"

    desk.database.states.clear()
    desk.write_log(LOG + GOOD_LINE)
    result = finish(desk, desk.event("look"))
    assert result["exit_code"] is None
    (note,) = result["notes"]
    assert "signal 9" in note
    assert "followed there" in note
    assert desk.ti.pushed[NOTES_KEY] == [note]


def test_worker_that_dies_while_the_job_is_followed_finds_it_again(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG)
    desk.database.states[desk.job] = "EXECUTING"
    wake(desk, desk.event("lost"))
    wait_for_end(desk, desk.job)

    trigger = start(desk)

    assert trigger.serialize()[1]["source"] == "output"
    assert desk.calls == 1
    assert wake(desk, desk.event("lost")).serialize()[1]["source"] == "log"
    assert len(desk.record["notes"]) == 1


def test_job_that_died_is_removed_and_started_once_more(desk: ExportDesk):
    start(desk)
    first = desk.job
    lose(desk)
    desk.write_log(LOG)
    half = desk.write_dumps()
    desk.database.states[first] = "NOT RUNNING"

    trigger = wake(desk, desk.event("lost"))

    assert trigger.job == desk.job != first
    assert trigger.serialize()[1]["stem"] == f"{STEM}-g2"
    assert desk.database.stopped == [first]
    assert not any(path.exists() for path in half)
    assert not list(desk.directory(first).glob("*.par*")), "a login is left on the host"
    wait_for_end(desk, desk.job)
    assert desk.calls == 2
    said = " ".join(desk.ti.pushed[NOTES_KEY])
    assert "NOT RUNNING" in said
    assert "started once more" in said
    assert "Half dump files" in said


def test_restart_that_is_cut_short_is_gone_on_with(desk: ExportDesk):
    start(desk)
    first = desk.job
    lose(desk)
    desk.write_log(LOG)
    desk.database.states[first] = "NOT RUNNING"
    desk.database.stop_trouble = AWAY
    with pytest.raises(DatabaseUnreachableError):
        finish(desk, desk.event("lost"))

    desk.database.stop_trouble = None
    start(desk)

    assert desk.database.stopped == [first, first]
    assert desk.record["generation"] == 2
    wait_for_end(desk, desk.job)
    assert desk.calls == 2


def test_control_table_that_can_not_be_dropped_keeps_nobody_from_going_on(desk: ExportDesk):
    start(desk)
    lose(desk)
    desk.write_log(LOG)
    desk.database.states[desk.job] = "NOT RUNNING"
    desk.database.stop_trouble = StatementError("It is still there.", hint="drop table.")

    wake(desk, desk.event("lost"))

    assert desk.record["generation"] == 2
    assert any("It is still there" in note for note in desk.ti.pushed[NOTES_KEY])


def test_job_that_works_and_can_not_be_stopped_keeps_the_next_from_starting(desk: ExportDesk):
    start(desk)
    first = desk.job
    wait_for_end(desk, first)
    (desk.directory(first) / "stopped").write_text("by hand\n")
    desk.database.states[first] = "EXECUTING"
    desk.database.stop_trouble = StatementError("No right.", hint="Grant it.")

    with pytest.raises(StatementError):
        desk.operator().execute(desk.context())

    assert desk.calls == 1


def test_runner_that_comes_late_finds_its_place_taken(desk: ExportDesk):
    start(desk)
    first = desk.job
    wait_for_end(desk, first)
    # As after a start whose runner has not got so far in a minute.
    desk.shell.run(
        f"cd ~/.oracle-backup/jobs/{first}; rm -r claim pid exit_code", timeout_seconds=9
    )

    wake(desk, desk.event("lost", state="prepared"))

    assert desk.record["generation"] == 2
    assert (desk.directory(first) / "claim").is_dir()


def test_login_of_a_client_that_died_is_not_left_on_the_host(desk: ExportDesk):
    start(desk)
    lose(desk)
    desk.write_log(LOG + GOOD_LINE)

    finish(desk, desk.event("lost"))

    assert not list(desk.directory(desk.job).glob("*.par*"))


def test_job_that_dies_a_second_time_is_given_up(desk: ExportDesk):
    start(desk)
    desk.record["restarted"] = True
    lose(desk)
    desk.write_log(LOG)
    half = desk.write_dumps()
    job = desk.job
    desk.database.states[job] = "NOT RUNNING"

    with pytest.raises(ExportFailedError, match="as the one before it did") as error:
        finish(desk, desk.event("lost"))

    assert "alert log" in error.value.hint
    assert desk.database.stopped == [job]
    assert not any(path.exists() for path in half)
    assert desk.record["ended"] is True


def test_job_that_somebody_has_stopped_is_reported_and_nothing_is_touched(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG + STOPPED_LINE)
    half = desk.write_dumps()
    desk.database.states[desk.job] = "NOT RUNNING"

    with pytest.raises(ExportFailedError, match="on purpose") as error:
        finish(desk, desk.event("ended", exit_code=1))

    assert "START_JOB" in error.value.hint
    assert "KILL_JOB" in error.value.hint
    assert desk.database.stopped == []
    assert all(path.exists() for path in half)
    assert desk.ti.pushed[HALTED_KEY] == desk.job
    assert desk.record["ended"] is False


@pytest.mark.parametrize(
    ("state", "generation", "source"), [("EXECUTING", 1, "log"), (None, 2, "output")]
)
def test_cleared_task_of_a_stopped_job_does_what_its_dba_decided(
    desk: ExportDesk, state: str | None, generation: int, source: str
):
    start(desk)
    desk.record["halted"] = True
    wait_for_end(desk, desk.job)
    if state:
        desk.database.states[desk.job] = state

    trigger = start(desk)

    assert desk.record["generation"] == generation
    assert trigger.job == desk.job
    assert trigger.serialize()[1]["source"] == source
    wait_for_end(desk, desk.job)
    assert desk.calls == generation


def test_cleared_task_of_a_job_that_is_still_stopped_says_so_again(desk: ExportDesk):
    start(desk)
    desk.record["halted"] = True
    desk.database.states[desk.job] = "NOT RUNNING"

    with pytest.raises(ExportFailedError, match="on purpose"):
        desk.operator().execute(desk.context())

    assert desk.ti.pushed[PROBLEM_KEY]["kind"] == "ExportFailedError"


def test_job_that_ended_with_a_fatal_error_is_removed_and_judged(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG + "ORA-39095: Dump file space has been exhausted\n" + FATAL_LINE)
    job = desk.job
    desk.database.states[job] = "NOT RUNNING"

    result = finish(desk, desk.event("ended", exit_code=1))

    assert result["exit_code"] == 1
    assert desk.database.stopped == [job]
    assert desk.record["ended"] is True
    assert not any("KILL_JOB" in note for note in result["notes"])


def test_job_that_ends_well_while_it_is_asked_for_is_not_started_again(desk: ExportDesk):
    start(desk)
    desk.database.before_next_look = lambda: desk.write_log(LOG + GOOD_LINE)

    result = finish(desk, desk.event("lost"))

    assert result["generation"] == 1
    assert desk.calls <= 1


def test_job_whose_last_line_is_written_is_given_time_to_go(
    desk: ExportDesk, monkeypatch: pytest.MonkeyPatch
):
    start(desk)
    desk.write_log(LOG + FATAL_LINE)
    job = desk.job
    desk.database.states[job] = "EXECUTING"
    # The first answer is that it executes; then it is gone.
    monkeypatch.setattr(time, "sleep", lambda _: desk.database.states.clear())

    assert finish(desk, desk.event("ended", exit_code=1))["exit_code"] == 1


def test_job_that_somebody_has_killed_is_judged_and_told(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG + FATAL_LINE)

    result = finish(desk, desk.event("ended", exit_code=1))

    assert any("with KILL_JOB" in note for note in result["notes"])


def test_database_that_is_away_is_asked_again_later(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG)
    desk.database.trouble = AWAY

    trigger = wake(desk, desk.event("lost"))

    assert trigger.serialize()[1]["source"] == "log"
    assert desk.record["ended"] is False


def test_database_that_refuses_to_tell_is_an_error(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG)
    desk.database.trouble = DatabaseLoginError("Wrong password.", hint="Mend it.")

    with pytest.raises(DatabaseLoginError):
        finish(desk, desk.event("lost"))


def test_fatal_end_needs_no_database_to_be_judged(desk: ExportDesk):
    start(desk)
    desk.write_log(LOG + FATAL_LINE)
    desk.database.trouble = DatabaseLoginError("Wrong password.", hint="Mend it.")

    assert finish(desk, desk.event("ended", exit_code=1))["exit_code"] == 1


def test_legacy_export_that_is_lost_is_judged_by_its_log(desk: ExportDesk):
    desk.tool.rename(desk.tool.with_name("exp"))
    start(desk, tool="exp", directory=None)
    desk.write_log("About to export HR's tables\n")
    desk.database.trouble = AWAY

    result = finish(desk, desk.event("lost"), tool="exp", directory=None)

    assert result["exit_code"] is None
    (note,) = result["notes"]
    assert "without an exit code" in note


@pytest.mark.parametrize(
    ("host_away", "database_away"), [(False, False), (True, False), (False, True), (True, True)]
)
def test_export_that_took_too_long_leaves_no_half_files_and_says_so(
    desk: ExportDesk, host_away: bool, database_away: bool
):
    start(desk)
    wait_for_end(desk, desk.job)
    half = desk.write_dumps()
    desk.host_trouble = HOST_AWAY if host_away else None
    desk.database.trouble = AWAY if database_away else None

    with pytest.raises(ExportFailedError, match="took longer than 1 day") as error:
        finish(desk, desk.event("overdue"))

    # A client that has ended says nothing of its job.
    assert ("may still run" in str(error.value)) is database_away
    assert desk.record["may_live"] is database_away

    gone = not (host_away and database_away)
    assert all(path.exists() is not gone for path in half)
    assert (desk.dumps / "OTHER_01.dmp").exists()
    said = " ".join(desk.ti.pushed[NOTES_KEY])
    assert ("were removed" in said) is gone
    assert ("may be left" in said) is not gone
    assert desk.record["ended"] is True


def forbid_rm(desk: ExportDesk) -> None:
    """Let the SSH user be one who may not remove what Oracle has written."""
    rm = desk.shell.bin / "rm"
    rm.write_text("#!/bin/sh\nexit 1\n")
    rm.chmod(0o755)


def test_files_that_the_ssh_user_may_not_remove_are_removed_by_the_database(desk: ExportDesk):
    start(desk)
    wait_for_end(desk, desk.job)
    half = desk.write_dumps()
    forbid_rm(desk)

    with pytest.raises(ExportFailedError):
        finish(desk, desk.event("overdue"))

    assert not any(path.exists() for path in half)
    assert desk.database.removed == [f"BACKUP_DIR:{path.name}" for path in half]


def test_files_that_nobody_may_remove_are_named(desk: ExportDesk):
    start(desk)
    wait_for_end(desk, desk.job)
    half = desk.write_dumps()
    forbid_rm(desk)
    desk.database.remove_trouble = StatementError("No right.", hint="Grant it.")

    with pytest.raises(ExportFailedError):
        finish(desk, desk.event("overdue"))

    said = " ".join(desk.ti.pushed[NOTES_KEY])
    assert "could not be removed" in said
    assert all(str(path) in said for path in half)


@pytest.mark.parametrize(
    ("status", "error"),
    [("unreachable", HostUnreachableError), ("refused", LoginRejectedError)],
)
def test_export_that_could_not_be_followed_says_why_and_is_found_again(
    desk: ExportDesk, status: str, error: type[Exception]
):
    start(desk)

    with pytest.raises(error):
        finish(desk, desk.event(status))

    assert desk.record["ended"] is False
    assert PROBLEM_KEY in desk.ti.pushed


def test_task_that_has_lost_its_record_looks_again(desk: ExportDesk):
    start(desk)
    event = desk.event("ended")
    desk.store.clear()

    with pytest.raises(ExportLostError, match="lost its record"):
        finish(desk, event)


# How it stands still

MAIL = {"smtp_conn_id": "m", "to": ["dba@example.com"], "stall_after": timedelta(hours=2)}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be mailed; SMTP itself is tested elsewhere."""
    mails: list[Any] = []
    monkeypatch.setattr(ReportMailHook, "__init__", lambda *_: None)
    monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
    monkeypatch.setattr(ReportMailHook, "send", lambda _, message: mails.append(message))
    return mails


def quiet(desk: ExportDesk, **changes: Any) -> dict[str, Any]:
    return desk.event("quiet", quiet_seconds=7201.0, **changes)


@pytest.mark.parametrize(
    ("waiting", "hindrance", "progress"),
    [
        ("ORA-39171: wait. ORA-01653: full", (), "1 of 2 MB"),
        (None, ("It waits until this is mended: ORA-01653: full",), "1 of 2 MB"),
        (None, (), None),
    ],
    ids=["waits", "hindered", "can't be compared"],
)
def test_export_that_stands_still_is_mailed_once(
    desk: ExportDesk,
    sent: list[Any],
    waiting: str | None,
    hindrance: tuple[str, ...],
    progress: str | None,
):
    start(desk)
    desk.database.states[desk.job] = "EXECUTING"
    desk.database.hindrance = hindrance
    desk.database.progress = progress

    trigger = wake(desk, quiet(desk, waiting=waiting), **MAIL)

    (mail,) = sent
    assert mail["Subject"] == "[Oracle backup] STALLED: HR on erp"
    assert mail["To"] == "dba@example.com"
    arguments = trigger.serialize()[1]
    assert arguments["told_quiet"] is True
    assert (arguments["offset"], arguments["source"]) == (100, "output")
    assert arguments["quiet_seconds"] == 7201.0
    # A try that comes after it does not tell it once more.
    assert start(desk).serialize()[1]["told_quiet"] is True


def test_job_whose_own_figures_move_does_not_stand_still(desk: ExportDesk, sent: list[Any]):
    start(desk)
    desk.database.states[desk.job] = "EXECUTING"
    desk.database.hindrance = ("Whether it waits for a lock can't be told: ORA-00942.",)

    for figures in ("1 of 9 MB", "2 of 9 MB", "3 of 9 MB"):
        desk.database.progress = figures
        trigger = wake(desk, quiet(desk), **MAIL)
        arguments = trigger.serialize()[1]
        assert arguments["told_quiet"] is False
        # It is looked at again soon, not only after another two hours.
        assert arguments["stall_after"] == 7201.0 + 600.0

    assert sent == []
    wake(desk, quiet(desk), **MAIL)
    assert len(sent) == 1


def test_job_that_has_written_since_the_last_look_does_not_stand_still(
    desk: ExportDesk, sent: list[Any]
):
    start(desk)
    desk.database.states[desk.job] = "EXECUTING"

    wake(desk, quiet(desk, dump_bytes=8), **MAIL)
    wake(desk, quiet(desk, dump_bytes=9), **MAIL)

    assert sent == []


def test_export_that_moves_again_says_so_and_may_be_told_of_again(
    desk: ExportDesk, sent: list[Any]
):
    start(desk)
    wake(desk, quiet(desk, waiting="ORA-39171: wait."), **MAIL)

    trigger = wake(desk, desk.event("moving"), **MAIL)

    assert trigger.serialize()[1]["told_quiet"] is False
    assert any("stood still from" in note for note in desk.ti.pushed[NOTES_KEY])
    assert any("move again" in note for note in desk.ti.pushed[NOTES_KEY])
    wake(desk, quiet(desk, waiting="ORA-39171: wait."), **MAIL)
    assert len(sent) == 2


def test_mail_that_fails_does_not_end_the_export(
    desk: ExportDesk, sent: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: Any
):
    def refuse(*_: object) -> None:
        raise StatementError("refused", hint="")

    monkeypatch.setattr(ReportMailHook, "send", refuse)
    start(desk)

    wake(desk, quiet(desk, waiting="ORA-39171: wait."), **MAIL)

    assert "could not be sent" in caplog.text


def test_nobody_to_mail_to_is_no_error(desk: ExportDesk, sent: list[Any], caplog: Any):
    start(desk)

    wake(desk, quiet(desk, waiting="ORA-39171: wait."))

    assert sent == []
    assert "has stood still since" in caplog.text


def test_stalled_export_is_told_of_where_the_database_is_away(desk: ExportDesk, sent: list[Any]):
    start(desk)
    desk.database.trouble = AWAY

    wake(desk, quiet(desk), **MAIL)

    assert "can't be told" in sent[0].get_body(("plain",)).get_content()


def test_legacy_export_that_says_nothing_stands_still(desk: ExportDesk, sent: list[Any]):
    desk.tool.rename(desk.tool.with_name("exp"))
    legacy = {"tool": "exp", "directory": None}
    start(desk, **legacy)

    wake(desk, quiet(desk), **MAIL, **legacy)

    assert len(sent) == 1


def test_export_that_ends_well_after_it_stood_still_has_moved_again(
    desk: ExportDesk, sent: list[Any]
):
    start(desk)
    wake(desk, quiet(desk, waiting="ORA-39171: wait."), **MAIL)
    desk.write_log(LOG + GOOD_LINE)

    result = finish(desk, desk.event("ended"))

    assert any("move again" in note for note in result["notes"])


# Without SSH.


def test_export_on_this_machine_is_begun_and_remembers_where(
    desk: ExportDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(desk.shell.home))

    trigger = start(desk, ssh_conn_id="local")

    assert trigger.arguments["machine"] == desk.record["machine"] == socket.gethostname()
    assert desk.directory(desk.job).is_dir()
    until(lambda: (desk.directory(desk.job) / "exit_code").exists())
    desk.write_log(GOOD_LINE)
    result = finish(desk, desk.event("ended"), ssh_conn_id="local")
    assert result["machine"] == socket.gethostname()
    assert desk.calls == 1


def test_retry_on_another_machine_never_starts_a_second_export(
    desk: ExportDesk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(desk.shell.home))
    start(desk, ssh_conn_id="local")
    until(lambda: desk.calls == 1)
    monkeypatch.setattr(socket, "gethostname", lambda: "worker-2")
    monkeypatch.setenv("HOME", str(desk.dumps))

    with pytest.raises(HostUnreachableError, match="runs on worker-2, and the export on"):
        desk.operator(ssh_conn_id="local").execute(desk.context())
    with pytest.raises(HostUnreachableError):
        desk.operator(ssh_conn_id="local").execute_complete(desk.context(), desk.event("ended"))

    assert desk.calls == 1
    assert not (desk.dumps / ".oracle-backup").exists()


def test_export_over_ssh_is_bound_to_no_machine(desk: ExportDesk):
    trigger = start(desk)

    assert trigger.arguments["machine"] is None
    assert "machine" not in desk.record


# Names.


def test_files_are_called_as_the_config_says(desk: ExportDesk):
    shape = NameShape(export="{database}.{schema}-{local_time}", numbered=False, zone="Asia/Tokyo")
    trigger = start(desk, shape=shape)

    assert desk.record["stem"].startswith("erp.HR-2026")
    assert desk.record["dump_pattern"] == f"{desk.record['stem']}.dmp"
    assert trigger.arguments["stem"] == desk.record["stem"]
    assert trigger.arguments["log_path"] == f"{desk.dumps}/{desk.record['stem']}.log"


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
