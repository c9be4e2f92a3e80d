"""Who is told what, when and how often, through a real Airflow: deadlines, the digest, the net."""

import email
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest

from lab.airflow import AirflowStage
from lab.oracle.faults import set_faults
from lab.stage import Lab
from support.airflow_runs import failure_callbacks, log_of_callbacks
from support.airflow_schemas import add_schemas, write_config

LATE, GOOD, BAD = SCHEMAS = ("LATE", "GOOD", "BAD")
DIGEST = "oracle_backup_digest"
BOSS, DBA = "boss@lab.example", "dba@lab.example"
PATIENCE_SECONDS = 400


def dag_of(schema: str) -> str:
    return f"oracle_backup__lab__{schema}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowStage]:
    """A lab with three schemas, one of which has little time, and an Airflow beside it."""
    with Lab(tmp_path_factory.mktemp("mails"), scale=0.01) as lab:
        add_schemas(lab, SCHEMAS)
        mail = {
            "conn_id": "lab_mail",
            "to": [BOSS],
            "when": "digest",
            "also": [{"to": [DBA], "when": "failures"}],
        }
        # The bad one has been told to have failed long before its time is over.
        schemas = {LATE: {"deadline": "20s"}, GOOD: {}, BAD: {"deadline": "3m"}}
        config = write_config(lab, schemas, mail=mail, retries=0)
        # A new DAG makes up for a slot of the last tenth of its interval: here that is far away.
        far = datetime.now(UTC) + timedelta(days=60)
        text = config.read_text(encoding="utf-8")
        schedule = f'digest: {{schedule: "0 0 {min(far.day, 28)} {far.month} *"}}\n'
        config.write_text(schedule + text, encoding="utf-8")
        with AirflowStage(lab, config=config) as airflow:
            airflow.wait_for_dags({*map(dag_of, SCHEMAS), DIGEST})
            yield airflow


@pytest.fixture(scope="module")
def told(stage: AirflowStage) -> dict[str, Any]:
    """What was mailed while one run hung past its deadline, one failed and one went well."""
    home = stage.lab.paths.oracle_home
    set_faults(
        home,
        [
            {"tool": "expdp", "schema": LATE, "fault": "hang"},
            {"tool": "expdp", "schema": BAD, "fault": "ora-27038"},
        ],
    )
    runs = {schema: stage.trigger(dag_of(schema)) for schema in SCHEMAS}
    wait_for(lambda: mails(stage, LATE))
    late_state = stage.run_state(dag_of(LATE), runs[LATE])
    states = {schema: ended(stage, schema, runs[schema]) for schema in (GOOD, BAD)}
    set_faults(home)
    states[LATE] = ended(stage, LATE, runs[LATE])
    return {"states": states, "late_state": late_state, "runs": runs}


def test_late_run_is_told_while_it_goes_on_with_the_step_it_is_at(stage, told):
    assert told["late_state"] == "running"
    assert told["states"] == {LATE: "success", GOOD: "success", BAD: "failed"}

    (mail,) = mails(stage, LATE)

    assert mail["Subject"] == f"[Oracle backup] LATE: Backup of {LATE} on lab"
    assert mail["To"] == DBA
    assert "and is still at export." in text_of(mail)
    assert "DBA_DATAPUMP_JOBS" in text_of(mail)


def test_only_a_failed_run_is_told_at_once_and_only_to_who_wants_it(stage, told):
    assert mails(stage, GOOD) == []

    (mail,) = mails(stage, BAD)

    assert (mail["Subject"], mail["To"]) == (f"[Oracle backup] FAILED: {BAD} on lab", DBA)


def test_run_that_failed_is_not_told_again_when_its_deadline_has_passed(stage, told):
    run_id = told["runs"][BAD]
    wait_for(
        lambda: f"run {run_id} is not late" in log_of_triggers(stage),
        what=lambda: log_of_triggers(stage)[-3000:],
    )

    assert len(mails(stage, BAD)) == 1


def test_digest_tells_the_night_in_one_mail_and_nothing_twice_after_a_restart(stage, told):
    first = digest(stage)

    assert first["To"] == BOSS
    assert first["Subject"] == "[Oracle backup] DIGEST: 2 of 3 good"
    text = text_of(first)
    assert f"{BAD} ON LAB: FAILED" in text
    assert "Run of" in text
    assert f"{GOOD} · lab OK" in text
    assert f"{LATE} · lab OK" in text

    stage.stop()
    stage.start_again()
    second = digest(stage)

    assert second["Subject"] == "[Oracle backup] DIGEST: no run was due"
    assert f"{BAD} ON LAB" not in text_of(second)


def test_run_marked_failed_by_hand_is_told_exactly_once(stage, told):
    set_faults(stage.lab.paths.oracle_home, [{"tool": "expdp", "schema": GOOD, "fault": "hang"}])
    run_id = stage.trigger(dag_of(GOOD))
    wait_for(lambda: stage.task_states(dag_of(GOOD), run_id)["export"] == "deferred")

    stage.api("PATCH", f"dags/{dag_of(GOOD)}/dagRuns/{run_id}", state="failed")

    assert ended(stage, GOOD, run_id) == "failed"
    # The net below the report is called last of all; it has nothing to say.
    wait_for(
        lambda: failure_callbacks(stage, dag_of(GOOD)),
        what=lambda: stage.task_states(dag_of(GOOD), run_id),
    )
    assert [mail["Subject"] for mail in mails(stage, GOOD)] == [
        f"[Oracle backup] FAILED: {GOOD} on lab"
    ]


def test_refused_mail_is_red_its_text_is_in_the_log_and_the_digest_has_the_run(stage, told):
    set_faults(
        stage.lab.paths.oracle_home, [{"tool": "expdp", "schema": BAD, "fault": "ora-27038"}]
    )
    digest(stage)
    stage.lab.refuse_mail("550 no such user")
    run_id = stage.trigger(dag_of(BAD))

    assert ended(stage, BAD, run_id) == "failed"
    assert stage.task_states(dag_of(BAD), run_id)["report"] == "failed"
    logs = (stage.home / "logs").rglob(f"run_id={run_id}/task_id=report/*.log")
    assert any(f"FAILED: {BAD} on lab" in path.read_text() for path in logs)
    wait_for(lambda: "this mail about it failed too" in log_of_callbacks(stage))
    stage.lab.refuse_mail(None)
    assert f"{BAD} ON LAB: FAILED" in text_of(digest(stage))


def digest(stage: AirflowStage) -> EmailMessage:
    """Let a digest go out now, and return its mail."""
    before = len(stage.lab.mails())
    run_id = stage.trigger(DIGEST)
    wait_for(lambda: stage.run_state(DIGEST, run_id) in {"success", "failed"})
    assert stage.run_state(DIGEST, run_id) == "success"
    (mail,) = map(_read, stage.lab.mails()[before:])
    return mail


def ended(stage: AirflowStage, schema: str, run_id: str) -> str:
    """Return the state of a run when all of it has ended, teardowns too."""

    def is_over() -> bool:
        states = set(stage.task_states(dag_of(schema), run_id).values())
        over = {"success", "failed", "upstream_failed", "skipped", "removed"}
        return stage.run_state(dag_of(schema), run_id) in {"success", "failed"} and states <= over

    wait_for(is_over, what=lambda: stage.task_states(dag_of(schema), run_id))
    return stage.run_state(dag_of(schema), run_id)


def mails(stage: AirflowStage, schema: str) -> list[EmailMessage]:
    """Return the mails about a schema, oldest first."""
    found = map(_read, stage.lab.mails())
    return [mail for mail in found if f" {schema} " in f" {mail['Subject']} "]


def _read(path: Any) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def log_of_triggers(stage: AirflowStage) -> str:
    """Return what callbacks in the triggerer have said."""
    paths = [stage.home / "triggerer.log", *(stage.home / "logs").rglob("*.log")]
    return "".join(path.read_text(errors="replace") for path in paths if path.exists())


def wait_for(condition: Callable[[], Any], *, what: Callable[[], Any] = lambda: "") -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up, what()
        time.sleep(0.5)
