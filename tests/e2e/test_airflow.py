"""Backups through a real Airflow: scheduler, triggerer, deferral, API server, each a process."""

import email
import json
import sqlite3
import time
from collections.abc import Iterator
from email import policy
from pathlib import Path

import psutil
import pytest

from lab.airflow import AirflowStage
from lab.demo import write_config
from lab.oracle.faults import set_faults
from lab.stage import Lab
from support.airflow_watch import ProcessWatch, places_of, secrets_in, secrets_of
from support.http_monitor import SECRET, Monitor, http_monitor
from support.otlp_receiver import Receiver, otlp_receiver

HR, SALES = "oracle_backup__lab__HR", "oracle_backup__lab__SALES"
RUN_SECONDS = 180


@pytest.fixture(scope="module")
def monitor() -> Iterator[Monitor]:
    """A monitor outside."""
    with http_monitor() as monitor:
        yield monitor


@pytest.fixture(scope="module")
def collector() -> Iterator[Receiver]:
    """Where Airflow's metrics go."""
    with otlp_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, monitor: Monitor, collector: Receiver
) -> Iterator[AirflowStage]:
    """A lab, and an Airflow beside it that tells a monitor and a collector."""
    with Lab(tmp_path_factory.mktemp("stage"), scale=0.05) as lab:
        set_faults(lab.paths.oracle_home, pace_rows_per_second=1500)
        config = write_config(lab)
        text = config.read_text(encoding="utf-8")
        text = text.replace("HR: {}", "HR: {archive: {password_conn_id: lab_archive}}")
        # Airflow makes up for a slot that passed in the last tenth of the interval when a DAG is
        # unpaused, so with a schedule the number of backups would depend on the time of day.
        text = text.replace('schedule: "0 2 * * *"', f"schedule: null\n  ping_url: {monitor.url}")
        assert "schedule: null" in text
        # Mails are counted below.
        text = f"watchdog: {{enabled: false}}\n{text}"
        config.write_text(text, encoding="utf-8")
        metrics = {
            "AIRFLOW__METRICS__OTEL_ON": "True",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
        }
        with AirflowStage(lab, config=config, settings=metrics) as airflow:
            airflow.wait_for_dags({HR, SALES})
            yield airflow


def wait_for(airflow: AirflowStage, dag_id: str, run_id: str) -> str:
    give_up = time.monotonic() + RUN_SECONDS
    while (state := airflow.run_state(dag_id, run_id)) not in {"success", "failed"}:
        assert time.monotonic() < give_up, airflow.task_states(dag_id, run_id)
        time.sleep(0.5)
    return state


@pytest.fixture(scope="module")
def finished(stage: AirflowStage) -> dict[str, object]:
    """Both schemas backed up at the same time, watched."""
    deferred: set[str] = set()
    with ProcessWatch([*secrets_of(stage.lab), SECRET]) as watch:
        runs = {dag_id: stage.trigger(dag_id) for dag_id in (HR, SALES)}
        give_up = time.monotonic() + RUN_SECONDS
        states: dict[str, str] = {}
        while not set(states.values()) or set(states.values()) - {"success", "failed"}:
            assert time.monotonic() < give_up
            for dag_id, run_id in runs.items():
                if stage.task_states(dag_id, run_id)["export"] == "deferred":
                    deferred.add(dag_id)
                states[dag_id] = stage.run_state(dag_id, run_id)
            time.sleep(0.2)
    return {"runs": runs, "states": states, "deferred": deferred, "watch": watch}


def test_both_schemas_are_backed_up_and_exports_are_deferred(stage, finished):
    assert finished["states"] == {HR: "success", SALES: "success"}
    assert SALES in finished["deferred"]
    manifests = sorted(stage.lab.paths.store.rglob("*.7z.json"))
    facts = [json.loads(path.read_text(encoding="utf-8")) for path in manifests]
    assert [one["schema"] for one in facts] == ["HR", "SALES"]
    assert all(one["verdict"] == "complete" and one["verified"] for one in facts)
    assert [one["archive"]["encrypted"] for one in facts] == [True, False]
    assert len(stage.lab.mails()) == 2


def test_no_process_shows_a_secret_while_a_backup_runs(finished):
    watch = finished["watch"]

    assert watch.samples > 50
    assert any("run.sh" in name for name in watch.names), "the export itself was never seen"
    assert watch.found == set()


def test_no_secret_is_in_database_logs_mails_or_on_the_store(stage, finished):
    places = places_of(stage)
    assert len(places) > 20
    assert "OB_" in places["Airflow's database"]

    assert secrets_in(places, [*secrets_of(stage.lab), SECRET]) == set()


def test_monitor_was_told_of_each_run_once_at_its_start_and_once_at_its_end(finished, monitor):
    told = dict.fromkeys(one.rid for one in monitor.pings)
    ends = [(one.path.removesuffix(f"/{SECRET}"), one.rid) for one in monitor.pings]

    assert len(told) == 2
    for rid in told:
        assert [path.rpartition("/")[2] for path, other in ends if other == rid] == [
            "start",
            "ping",
        ]


def test_figures_of_each_run_reach_opentelemetry(finished, collector):
    wait_until(lambda: len(collector.last("airflow.oracle_backup.step_seconds")) == 14)
    found = {
        (name, dict(tags)["schema"]): point
        for (name, tags), point in collector.last("airflow.oracle_backup.").items()
    }

    for schema in ("HR", "SALES"):
        runs = found["airflow.oracle_backup.runs", schema]
        # As a delta: each task is a process that counts from nothing.
        assert (runs.kind, runs.value) == ("sum of deltas", 1)
        assert dict(runs.tags)["verdict"] == "complete"
        assert found["airflow.oracle_backup.last_run_good", schema].value == 1
        assert found["airflow.oracle_backup.rows", schema].value > 100


def test_task_logs_show_the_export_while_it_runs(stage, finished):
    folder = stage.home / "logs" / f"dag_id={SALES}"
    text = "\n".join(path.read_text() for path in folder.rglob("task_id=export/*"))

    assert "[oracle] " in text
    assert "ORDER_ITEMS" in text
    assert "tables," in text


def test_each_verified_backup_is_an_asset_event_with_its_figures(stage, finished):
    events = stage.api("GET", "assets/events")["asset_events"]

    extras = {event["uri"]: event["extra"] for event in events}
    assert set(extras) == {"oracle-backup://lab/HR", "oracle-backup://lab/SALES"}
    assert extras["oracle-backup://lab/HR"]["verdict"] == "complete"
    assert extras["oracle-backup://lab/HR"]["rows"] > 100


def test_clearing_an_export_that_has_ended_makes_the_next_generation(stage, finished):
    run_id = finished["runs"][HR]
    before = jobs_of(stage.lab, "HR")

    stage.api(
        "POST",
        f"dags/{HR}/clearTaskInstances",
        dry_run=False,
        dag_run_id=run_id,
        task_ids=["export"],
        include_downstream=True,
        only_failed=False,
        reset_dag_runs=True,
    )

    assert wait_for(stage, HR, run_id) == "success"
    names = sorted(path.name for path in stage.lab.paths.store.rglob("HR-*.7z"))
    assert len(names) == 2
    assert names[1] == names[0].replace(".7z", "-g2.7z") or names[0] == names[1].replace(
        ".7z", "-g2.7z"
    )
    assert len(jobs_of(stage.lab, "HR")) == len(before) + 1


def test_export_ended_by_hand_is_stopped_in_the_database_and_told_by_mail(stage, finished):
    lab = stage.lab
    mails = len(lab.mails())
    set_faults(lab.paths.oracle_home, [{"tool": "expdp", "schema": "SALES", "fault": "hang"}])
    run_id = stage.trigger(SALES)
    wait_for_task(stage, SALES, run_id, "export", "deferred")
    wait_until(lambda: live_jobs(lab) == 1)

    stage.api("PATCH", f"dags/{SALES}/dagRuns/{run_id}", state="failed")

    wait_until(lambda: live_jobs(lab) == 0)
    wait_until(lambda: len(lab.mails()) > mails)
    # Airflow runs the teardowns of a run that was marked failed, and then judges it anew.
    assert wait_for(stage, SALES, run_id) == "failed"
    newest = email.message_from_bytes(lab.mails()[-1].read_bytes(), policy=policy.default)
    assert "FAILED: SALES on lab" in newest["Subject"]
    set_faults(lab.paths.oracle_home)


def test_run_whose_mail_is_refused_is_told_outside_once_by_the_callback(
    stage, finished, monitor, collector
):
    told = len(monitor.pings)
    stage.lab.refuse_mail("550 no such user here")

    run_id = stage.trigger(HR)

    assert wait_for(stage, HR, run_id) == "failed"
    wait_until(lambda: len(monitor.pings) == told + 2)
    stage.lab.refuse_mail(None)
    start, end = monitor.pings[told:]
    assert start.path.endswith("/start")
    assert end.path.endswith("/fail")
    assert start.rid == end.rid
    # The callback runs in a child of the DAG processor, which has metrics of its own.
    wait_until(lambda: "failed" in verdicts_of(collector, "HR"))
    assert secrets_in(places_of(stage), [SECRET]) == set()


def verdicts_of(collector: Receiver, schema: str) -> set[str]:
    """Return the verdicts that runs of a schema were counted under."""
    series = [dict(tags) for _, tags in collector.last("airflow.oracle_backup.runs")]
    return {tags["verdict"] for tags in series if tags["schema"] == schema}


def wait_for_task(airflow: AirflowStage, dag_id: str, run_id: str, task: str, state: str) -> None:
    wait_until(lambda: airflow.task_states(dag_id, run_id)[task] == state)


def wait_until(condition) -> None:
    give_up = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.5)


def live_jobs(lab: Lab) -> int:
    """Return how many Data Pump jobs live in the lab's database."""
    with sqlite3.connect(lab.paths.instance) as instance:
        return int(instance.execute("select count(*) from lab_jobs").fetchone()[0])


def jobs_of(lab: Lab, schema: str) -> list[str]:
    """Return the export jobs that the stand-in has run for a schema."""
    manifests = [json.loads(path.read_text()) for path in lab.paths.store.rglob("*.7z.json")]
    ours = {one["job"] for one in manifests if one["schema"] == schema}
    with sqlite3.connect(lab.paths.instance) as instance:
        jobs = [row[0] for row in instance.execute("select job from lab_job_history")]
    return [job for job in jobs if job in ours]


def test_nothing_is_left_running_after_the_stage_ends(tmp_path: Path):
    from lab.processes import processes_of

    with Lab(tmp_path / "lab", scale=0.01) as lab:
        state = lab.paths.state
        assert processes_of(state)

    assert processes_of(state) == []
    assert not [
        process for process in psutil.process_iter() if str(state) in _command_line(process)
    ]


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
