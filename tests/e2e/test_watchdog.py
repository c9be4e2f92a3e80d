"""A schema whose DAG is paused, in a real Airflow: the watchdog tells, remembers, and clears."""

import email
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage

import pytest

from lab.airflow import AirflowStage
from lab.stage import Lab
from support.airflow_runs import DONE, wait_until
from support.airflow_schemas import write_config
from support.kept_backups import keep_backup

HR, WATCHDOG = "oracle_backup__lab__HR", "oracle_watchdog"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowStage]:
    """A lab, and an Airflow beside it whose watchdog looks only when it is told to."""
    with Lab(tmp_path_factory.mktemp("stage"), scale=0.02) as lab:
        # By hand only, and yet with an age: so it is missed from the beginning.
        config = write_config(lab, {"HR": {"max_age": "1h"}}, watchdog={"schedule": "0 0 29 2 *"})
        with AirflowStage(lab, config=config) as airflow:
            airflow.wait_for_dags({HR, WATCHDOG})
            yield airflow


def look(stage: AirflowStage) -> tuple[str, list[EmailMessage]]:
    """Let the watchdog look; return its run's state and the mails of it."""
    before = set(stage.lab.mails())
    run = stage.api("POST", f"dags/{WATCHDOG}/dagRuns", logical_date=None)["dag_run_id"]
    wait_until(
        lambda: stage.run_state(WATCHDOG, run) in DONE,
        what=lambda: stage.task_states(WATCHDOG, run),
    )
    return stage.run_state(WATCHDOG, run), mails_but(stage, before)


def mails_but(stage: AirflowStage, before: set) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in stage.lab.mails()
        if path not in before
    ]


def memory_path(stage: AirflowStage) -> str:
    """Return where Airflow's API shows what the watchdog remembers."""
    (asset,) = [
        one
        for one in stage.api("GET", "assets")["assets"]
        if one["name"] == "oracle-backup-watchdog"
    ]
    return f"assets/{asset['id']}/state-store/told"


def test_watchdog_tells_of_a_paused_schema_remembers_it_through_a_restart_and_clears_it(
    stage: AirflowStage,
):
    assert stage.api("GET", f"dags/{HR}")["is_paused"] is True
    assert stage.api("GET", f"dags/{WATCHDOG}")["is_paused"] is False

    state, (alarm,) = look(stage)
    assert state == "success"
    assert alarm["Subject"] == "[Oracle backup] ALARM: 1 of 1 schemas in danger: lab/HR"
    assert "never backed up" in alarm.get_body(("plain",)).get_content()
    assert f"{stage.url}/dags/{WATCHDOG}/runs/" in alarm.get_body(("plain",)).get_content()

    stage.stop()
    stage.start_again()
    assert look(stage) == ("success", [])
    kept = stage.api("GET", memory_path(stage))["value"]
    assert [one["kind"] for one in kept["alarms"]] == ["no_backup"]
    assert kept["readers"][0]["to"] == ["dba@lab.example"]

    moment = datetime.now(UTC) - timedelta(minutes=1)
    keep_backup(stage.lab.paths.store / "backups", schema="HR", moment=moment)
    state, (clear,) = look(stage)
    assert state == "success"
    assert clear["Subject"] == "[Oracle backup] ALL CLEAR: nothing is wrong any more"
    assert look(stage) == ("success", [])
    assert stage.api("GET", f"dags/{HR}")["is_paused"] is True


def test_watchdog_whose_memory_is_lost_is_red_and_that_is_mailed_too(stage: AirflowStage):
    path = memory_path(stage)
    stage.api("PUT", path, value="nonsense")
    before = set(stage.lab.mails())

    state, _ = look(stage)

    assert state == "failed"
    wait_until(lambda: mails_but(stage, before), what="a mail about the watchdog's own run")
    (mail,) = mails_but(stage, before)
    assert mail["Subject"].startswith("[Oracle backup] WATCHDOG FAILED")
    assert look(stage)[0] == "success"
