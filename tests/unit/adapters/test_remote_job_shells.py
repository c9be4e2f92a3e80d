"""The job scripts under every POSIX shell of this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_backup.adapters.remote_job.scripts import (
    JobState,
    as_unit,
    build_remove,
    build_start,
    parse_answers,
)
from oracle_backup.errors import RemoteCommandError
from support.job_host import JOB, PATIENCE_SECONDS, JobHost, Shell, find_shells, job_host

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELLS = find_shells()
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# Of a process ended by SIGTERM: most shells add 128 to its number, ksh93 adds 256.
TERMINATED = {128 + signal.SIGTERM, 256 + signal.SIGTERM}

pytestmark = pytest.mark.skipif(not SHELLS, reason="no POSIX shell here")


@pytest.fixture(params=SHELLS, ids=lambda shell: shell.name)
def shell(request: pytest.FixtureRequest) -> Shell:
    return request.param


@pytest.fixture
def host(shell: Shell) -> Iterator[JobHost]:
    with job_host(shell) as made:
        yield made


@pytest.fixture
def host_without_setsid(shell: Shell) -> Iterator[JobHost]:
    with job_host(shell, without=("setsid",)) as made:
        yield made


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline


# A whole life.


def test_job_runs_the_tool_with_a_parameter_file_and_nothing_else(host: JobHost) -> None:
    environment = {"ORACLE_HOME": "/u01/home", "ORACLE_SID": "ORCL", "TWO_TASK": None}

    answers = host.start(environment=environment, parameter_file='USERID=HR/"s3cret"\nX=1\n')
    host.wait(JobState.ENDED)

    (call,) = host.calls
    assert answers == {"created": ["yes"], "directory": [str(host.directory)]}
    assert call["argv"] == ["parfile=job.par"]
    assert call["stdin"] == ""
    assert call["folder"] == str(host.directory)
    assert call["parameter_file"] == 'USERID=HR/"s3cret"\nX=1\n'
    assert call["environment"]["ORACLE_HOME"] == "/u01/home"
    assert call["environment"]["ORACLE_SID"] == "ORCL"
    assert "TWO_TASK" not in call["environment"]
    assert not [value for value in call["environment"].values() if "s3cret" in value]


def test_job_that_has_ended_tells_exit_code_times_and_output(host: JobHost) -> None:
    host.plan(output="to stdout\n", error_output="to stderr\n", exit_code=5)

    host.start()
    status = host.wait(JobState.ENDED)

    assert status.exit_code == 5
    assert sorted(status.output.splitlines()) == [b"to stderr", b"to stdout"]
    assert status.stopped is None
    assert all(TIME.fullmatch(text) for text in (status.started, status.ended, status.now))
    assert status.started <= status.ended <= status.now


def test_job_runs_until_the_tool_ends(host: JobHost) -> None:
    host.plan(output="first\n", waits=True)
    host.start()
    host.wait_for_call()

    running = host.status()
    host.open_gate()
    ended = host.wait(JobState.ENDED)

    assert running.state is JobState.RUNNING
    assert running.exit_code is None
    assert running.started
    assert running.ended is None
    assert ended.exit_code == 0


def test_status_gives_the_output_from_a_byte_on(host: JobHost) -> None:
    host.plan(output="0123456789")
    host.start()
    host.wait(JobState.ENDED)

    assert host.status(offset=0).output == b"0123456789"
    assert host.status(offset=7).output == b"789"
    assert host.status(offset=10).output == b""
    assert host.status(offset=11).output == b""


def test_job_outlives_the_shell_that_started_it(host: JobHost) -> None:
    """The start has ended, and its connection with it; a hang-up reaches no one."""
    host.plan(waits=True)
    host.start()
    host.wait_for_call()

    for pid in host.pids():
        os.kill(pid, signal.SIGHUP)
    runs_on = host.status()
    host.open_gate()

    assert runs_on.state is JobState.RUNNING
    assert host.wait(JobState.ENDED).exit_code == 0


def test_job_runs_on_a_host_without_setsid(host_without_setsid: JobHost) -> None:
    host = host_without_setsid
    host.plan(waits=True, exit_code=3)

    host.start()
    running = host.wait(JobState.RUNNING)
    host.open_gate()

    assert running.state is JobState.RUNNING
    assert host.wait(JobState.ENDED).exit_code == 3


def test_job_whose_tool_is_missing_ends_and_says_so(host: JobHost) -> None:
    host.start(tool="/no/such/expdp")
    status = host.wait(JobState.ENDED)

    assert status.exit_code in {126, 127}
    assert b"/no/such/expdp" in status.output
    assert host.secrets_left() == []


def test_environment_of_the_tool_is_not_that_of_the_script(host: JobHost) -> None:
    """A tool may need a PATH on which there is no rm."""
    host.start(environment={"PATH": "/nowhere", "LD_LIBRARY_PATH": "/nowhere"})
    status = host.wait(JobState.ENDED)

    assert status.exit_code == 0
    assert host.calls[0]["environment"]["PATH"] == "/nowhere"
    assert host.secrets_left() == []
    assert status.ended


# Secrets.


@pytest.mark.parametrize("umask", [0o000, 0o777], ids=oct)
def test_files_are_for_their_owner_only_whatever_the_umask(host: JobHost, umask: int) -> None:
    host.plan(waits=True)

    host.start(umask=umask, attach_file="ATTACH=X\n")
    host.wait_for_call()
    modes = host.modes()
    host.open_gate()
    host.wait(JobState.ENDED)

    folders = {".oracle-backup", ".oracle-backup/jobs", f".oracle-backup/jobs/{JOB}"}
    folders |= {f".oracle-backup/jobs/{JOB}/claim"}
    assert {name for name, mode in modes.items() if mode == 0o700} == folders
    assert {mode for name, mode in modes.items() if name not in folders} == {0o600}
    assert len(modes) >= len(folders) + 7
    assert host.calls[0]["mode"] == 0o600
    assert set(host.modes().values()) == {0o600, 0o700}


def test_folders_that_were_open_are_closed(host: JobHost) -> None:
    host.directory.parent.mkdir(parents=True)
    for folder in (host.directory.parent, host.directory.parent.parent):
        folder.chmod(0o755)

    host.start()
    host.wait(JobState.ENDED)

    assert host.modes()[".oracle-backup"] == host.modes()[".oracle-backup/jobs"] == 0o700


@pytest.mark.parametrize("exit_code", [0, 5])
def test_parameter_files_are_gone_when_the_tool_has_ended(host: JobHost, exit_code: int) -> None:
    host.plan(exit_code=exit_code, waits=True)
    host.start(attach_file="ATTACH=X\n")
    host.wait_for_call()

    while_it_runs = host.secrets_left()
    host.open_gate()
    host.wait(JobState.ENDED)

    assert sorted(while_it_runs) == ["attach.par", "job.par"]
    assert host.secrets_left() == []


def test_start_after_the_end_leaves_no_parameter_file(host: JobHost) -> None:
    host.start()
    host.wait(JobState.ENDED)

    host.start(attach_file="ATTACH=X\n")

    assert host.secrets_left() == []
    assert len(host.calls) == 1


def test_late_start_that_wrote_its_files_after_the_end_takes_them_away(host: JobHost) -> None:
    """It looked before the runner claimed the job, and writes when that has ended."""
    host.start()
    host.wait(JobState.ENDED)
    claim = host.directory / "claim"
    (host.directory / "job.par").write_text("s3cret")
    (host.directory / "attach.par.123").write_text("s3cret")

    with host.begin(f'sh "{host.directory}/run.sh"\n') as process:
        pass

    assert process.returncode == 0
    assert claim.is_dir()
    assert host.secrets_left() == []
    assert len(host.calls) == 1


values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
AWKWARD = (
    "'",
    '"',
    "\\",
    "\\\n",
    "`id`",
    "$(id)",
    "${HOME}",
    "$$",
    "a'b\"c\\d $e `f` !g #h %i &j ;k |l <m >n *o ?p [q] {r} ~s",
    "-n",
    "\r\n",
    "\t\x01\x07\x1b[31m\x7f\x81\x83\x88",
    "EOF\nEND_\n}\n",
    "ñÁÂÈ€漢😀",
    "\u2028\ufeff",
    "x" * 5_000,
)


def arrives(shell: Shell, environment: dict[str, str], parameters: str, attach: str) -> None:
    with job_host(shell) as host:
        host.start(environment=environment, parameter_file=parameters, attach_file=attach)
        host.plan(waits=False)
        host.wait(JobState.ENDED)

        (call,) = host.calls
        expected = parameters if parameters.endswith("\n") else f"{parameters}\n"
        assert call["parameter_file"].encode("latin-1") == expected.encode()
        for name, value in environment.items():
            assert call["environment"][name].encode("latin-1") == value.encode()


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
def test_awkward_values_arrive_byte_for_byte(shell: Shell) -> None:
    environment = {f"VALUE_{number}": value for number, value in enumerate(AWKWARD)}

    arrives(shell, environment, "\n".join(AWKWARD), "".join(AWKWARD))


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
@given(st.lists(values, max_size=12), values, values)
@settings(max_examples=6)
def test_any_value_arrives_byte_for_byte(
    shell: Shell, variables: list[str], parameters: str, attach: str
) -> None:
    environment = {f"VALUE_{number}": value for number, value in enumerate(variables)}

    arrives(shell, environment, parameters, attach)


def test_attach_file_arrives_byte_for_byte(host: JobHost) -> None:
    host.plan(waits=True)
    attach = "\n".join(AWKWARD)
    host.start(attach_file=attach)
    host.wait_for_call()

    written = (host.directory / "attach.par").read_bytes()
    host.open_gate()
    host.wait(JobState.ENDED)

    assert written == f"{attach}\n".encode()


# Once, and once only.


def test_start_again_finds_the_running_job(host: JobHost) -> None:
    host.plan(waits=True)
    first = host.start()
    host.wait_for_call()

    second = host.start(parameter_file="OTHER=1\n")
    before = (host.directory / "job.par").read_text()
    host.open_gate()
    host.wait(JobState.ENDED)
    third = host.start()

    assert first["created"] == ["yes"]
    assert second == third == {"created": ["no"], "directory": [str(host.directory)]}
    assert "OTHER" not in before
    assert len(host.calls) == 1


@pytest.mark.parametrize("waits", [True, False], ids=["long", "short"])
def test_eight_starts_at_once_run_the_tool_once(host: JobHost, waits: bool) -> None:
    host.plan(waits=waits)
    script = as_unit(build_start(host.spec(attach_file="ATTACH=X\n")))

    processes = [host.begin(script) for _ in range(8)]
    outcomes = [process.communicate() for process in processes]
    if waits:
        host.open_gate()
    host.wait(JobState.ENDED)

    created = [parse_answers(output.decode())["created"] for output, _ in outcomes]
    assert created.count(["yes"]) == 1
    assert created.count(["no"]) == 7
    assert [complaint for _, complaint in outcomes if complaint and waits] == []
    assert len(host.calls) == 1
    assert host.calls[0]["parameter_file"] == 'USERID=HR/"s3cret"\n'
    wait_until(lambda: not host.secrets_left())


def test_start_that_broke_off_before_the_tool_ran_is_taken_up_again(host: JobHost) -> None:
    host.directory.mkdir(parents=True)
    prepared = host.status()

    answers = host.start()
    status = host.wait(JobState.ENDED)

    assert prepared.state is JobState.PREPARED
    assert answers["created"] == ["no"]
    assert status.exit_code == 0
    assert len(host.calls) == 1


def test_script_cut_off_on_the_way_does_nothing(host: JobHost) -> None:
    script = as_unit(build_start(host.spec()))
    # The group is closed by its last brace; before that there is nothing to run.
    whole = script.rindex("}")

    for cut in [*range(0, whole, whole // 15), whole - 1, whole]:
        with host.begin(script[:cut]) as process:
            process.wait(PATIENCE_SECONDS)

    assert not (host.home / ".oracle-backup").exists()
    assert host.calls == []


def test_start_says_what_it_cannot_make(host: JobHost) -> None:
    (host.home / ".oracle-backup").write_text("a file is in the way")

    with (
        host.begin(as_unit(build_start(host.spec()))) as process,
        pytest.raises(RemoteCommandError, match="cannot make"),
    ):
        parse_answers(process.stdout.read().decode())

    assert host.calls == []


def test_start_says_so_where_a_file_has_the_name_of_the_directory(host: JobHost) -> None:
    host.directory.parent.mkdir(parents=True)
    host.directory.write_text("a file is in the way")

    with pytest.raises(RemoteCommandError, match=f"cannot make .*{JOB}"):
        host.start()


def test_start_says_so_where_its_files_cannot_be_written(host: JobHost) -> None:
    (host.directory / "job.par").mkdir(parents=True)
    (host.directory / "job.par" / "full").mkdir()
    host.program("mv", "#!/bin/sh\nexit 1\n")

    with pytest.raises(RemoteCommandError, match=f"cannot write into .*{JOB}"):
        host.start()

    assert host.calls == []
    assert host.status().state is JobState.PREPARED


# States that are no life.


def test_list_names_the_jobs_of_one_run(host: JobHost) -> None:
    family = JOB.removesuffix("1")
    nothing_yet = host.list(family)
    for name in (JOB, f"{family}12", "OB_ZZZZZZZZZZZZ_G1"):
        (host.directory.parent / name).mkdir(parents=True)
    (host.directory.parent / f"{family}3").write_text("no directory")

    assert nothing_yet == {}
    assert host.list(family) == {"job": [JOB, f"{family}12"]}
    assert host.list("OB_Y") == {}
    assert host.list("$(id)'*") == {}


def test_job_nobody_has_heard_of_is_absent(host: JobHost) -> None:
    status = host.status()

    assert status.state is JobState.ABSENT
    assert (status.exit_code, status.started, status.ended, status.stopped) == (None,) * 4
    assert TIME.fullmatch(status.now)
    assert status.output == b""
    assert not host.directory.exists()


def test_job_with_a_claim_only_is_claimed(host: JobHost) -> None:
    (host.directory / "claim").mkdir(parents=True)

    assert host.status().state is JobState.CLAIMED


def test_job_whose_runner_is_gone_is_lost(host: JobHost) -> None:
    host.plan(output="so far\n")
    host.start()
    host.wait(JobState.ENDED)
    (host.directory / "exit_code").unlink()
    (host.directory / "ended").unlink()
    gone = subprocess.Popen(["true"])
    gone.wait()
    boot = (host.directory / "pid").read_text().split("\n", 1)[1]
    (host.directory / "pid").write_text(f"{gone.pid}\n{boot}")

    status = host.status()

    assert status.state is JobState.LOST
    assert status.exit_code is None
    assert status.output == b"so far\n"
    assert status.started


def test_job_from_before_a_reboot_is_lost_though_its_number_lives(host: JobHost) -> None:
    host.directory.mkdir(parents=True)
    (host.directory / "claim").mkdir()
    (host.directory / "pid").write_text(f"{os.getpid()}\nthe boot before\n")

    assert host.status().state is JobState.LOST


@pytest.mark.parametrize("content", ["", "\n", "no number\n"])
def test_job_with_a_broken_pid_file_is_lost(host: JobHost, content: str) -> None:
    host.directory.mkdir(parents=True)
    (host.directory / "pid").write_text(content)

    assert host.status().state is JobState.LOST


@pytest.mark.parametrize(
    "who", ["         system boot  2026-11-23 01:02 \n", ""], ids=["line", "nothing"]
)
def test_job_runs_on_a_host_that_knows_its_boot_by_who_only(host: JobHost, who: str) -> None:
    """As AIX and Solaris, where the line begins with blanks."""
    host.without_boot_id(who)
    host.plan(waits=True)

    host.start()
    host.wait_for_call()
    running = host.status()
    host.open_gate()

    assert running.state is JobState.RUNNING
    assert host.wait(JobState.ENDED).exit_code == 0


# Stopping.


def test_stop_asks_the_database_first_and_lets_the_client_end_by_itself(host: JobHost) -> None:
    host.plan(waits=True, attach_ends_it=True, attach_exit_code=0, exit_code=5)
    host.start(attach_file='USERID=HR/"s3cret"\nATTACH=X\n', environment={"ORACLE_SID": "A'B"})
    host.wait_for_call()

    answers = host.stop(why="it took $HOME \\n too long", grace_seconds=200)
    status = host.status()

    attach = host.calls[1]
    assert attach["argv"] == ["parfile=attach.par"]
    assert attach["stdin"] == "kill_job\nyes\n"
    assert attach["parameter_file"] == 'USERID=HR/"s3cret"\nATTACH=X\n'
    assert attach["environment"]["ORACLE_SID"] == "A'B"
    assert attach["mode"] == 0o600
    assert answers == {"attach_exit_code": ["0"], "state": ["stopped"]}
    assert status.state is JobState.ENDED
    assert status.exit_code == 5
    assert status.stopped == "it took $HOME \\n too long"
    assert host.secrets_left() == []


@pytest.mark.parametrize("without", [(), ("setsid",)], ids=["setsid", "nohup"])
def test_stop_ends_a_tool_that_is_its_own_job(shell: Shell, without: tuple[str, ...]) -> None:
    """exp has nothing to attach to: its process is the job."""
    with job_host(shell, without=without) as host:
        host.plan(waits=True)
        host.start()
        host.wait_for_call()
        _, tool = host.pids()

        answers = host.stop()
        status = host.status()

        assert answers == {"state": ["stopped"]}
        assert status.state is JobState.ENDED
        assert status.exit_code in TERMINATED
        assert status.stopped == "by hand"
        assert host.secrets_left() == []
        with pytest.raises(ProcessLookupError):
            os.kill(tool, 0)


def test_stop_tells_of_an_attach_that_failed_and_still_ends_the_client(host: JobHost) -> None:
    host.plan(waits=True, attach_exit_code=1)
    host.start(attach_file="ATTACH=X\n")
    host.wait_for_call()

    answers = host.stop(grace_seconds=1)

    assert answers == {"attach_exit_code": ["1"], "state": ["stopped"]}
    assert host.status().exit_code in TERMINATED
    assert host.secrets_left() == []


def test_stop_of_a_job_that_has_ended_changes_nothing(host: JobHost) -> None:
    host.start()
    host.wait(JobState.ENDED)

    assert host.stop() == {"state": ["ended"]}
    assert host.status().stopped is None
    assert len(host.calls) == 1


def test_stop_of_a_job_nobody_has_heard_of_makes_nothing(host: JobHost) -> None:
    assert host.stop() == {"state": ["absent"]}
    assert not host.directory.exists()


def test_stop_of_a_job_that_has_not_begun_keeps_it_from_beginning(host: JobHost) -> None:
    host.directory.mkdir(parents=True)
    (host.directory / "job.par").write_text("s3cret")

    answers = host.stop()
    host.start()

    assert answers == {"state": ["stopped"]}
    assert host.status().stopped == "by hand"
    assert host.status().state is JobState.CLAIMED
    assert host.secrets_left() == []
    assert host.calls == []


def test_stop_after_a_reboot_signals_nobody(host: JobHost) -> None:
    """The number of the runner is now that of another program, here a running job's."""
    with job_host(host.shell) as bystander:
        bystander.plan(waits=True)
        bystander.start()
        bystander.wait_for_call()
        host.directory.mkdir(parents=True)
        (host.directory / "claim").mkdir()
        (host.directory / "pid").write_text(f"{bystander.pids()[0]}\nthe boot before\n")
        (host.directory / "env.sh").write_text("tool=true\n")
        (host.directory / "job.par").write_text("s3cret")

        answers = host.stop()
        after = bystander.status()
        bystander.open_gate()

        assert answers == {"state": ["stopped"]}
        assert after.state is JobState.RUNNING
        assert bystander.wait(JobState.ENDED).exit_code == 0
        assert host.secrets_left() == []


# Removing.


def test_remove_takes_the_files_named_and_then_the_directory(host: JobHost) -> None:
    host.start()
    host.wait(JobState.ENDED)
    dump, other = host.home / "it's a dump;.dmp", host.home / "other.dmp"
    option = host.home / "-rf"
    for path in (dump, other, option):
        path.write_text("data")

    answers = host.remove(dump, option, host.home / "gone.dmp", remove_directory=True)

    assert answers == {"removed": [str(dump), str(option), str(host.directory)]}
    assert not dump.exists()
    assert other.read_text() == "data"
    assert not host.directory.exists()
    assert host.directory.parent.is_dir()


def test_remove_leaves_the_directory_unless_asked(host: JobHost) -> None:
    host.start()
    host.wait(JobState.ENDED)
    dump = host.home / "a.dmp"
    dump.write_text("data")

    assert host.remove(dump) == {"removed": [str(dump)]}
    assert host.status().state is JobState.ENDED
    assert host.remove() == {}


def test_remove_tells_what_it_may_not_remove(host: JobHost) -> None:
    host.start()
    host.wait(JobState.ENDED)
    folder = host.home / "a folder.dmp"
    folder.mkdir()

    script = as_unit(build_remove(job=JOB, paths=[str(folder)], remove_directory=False))
    with host.begin(script) as process:
        answers = parse_answers(process.stdout.read().decode())

    assert answers == {"kept": [str(folder)]}
    assert folder.is_dir()


def test_remove_of_a_living_job_is_refused(host: JobHost) -> None:
    host.plan(waits=True)
    host.start()
    host.wait_for_call()
    dump = host.home / "a.dmp"
    dump.write_text("data")

    with pytest.raises(RemoteCommandError, match=f"job {JOB} is still running"):
        host.remove(dump, remove_directory=True)
    host.open_gate()

    assert dump.read_text() == "data"
    assert host.wait(JobState.ENDED).exit_code == 0


def test_remove_after_a_reboot_is_not_stopped_by_a_number_that_lives(host: JobHost) -> None:
    host.directory.mkdir(parents=True)
    (host.directory / "pid").write_text(f"{os.getpid()}\nthe boot before\n")
    dump = host.home / "a.dmp"
    dump.write_text("data")

    assert host.remove(dump, remove_directory=True) == {"removed": [str(dump), str(host.directory)]}


def test_remove_of_a_job_nobody_has_heard_of_takes_its_files(host: JobHost) -> None:
    dump = host.home / "a.dmp"
    dump.write_text("data")

    assert host.remove(dump, remove_directory=True) == {"removed": [str(dump)]}
