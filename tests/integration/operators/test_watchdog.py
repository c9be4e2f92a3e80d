"""The watchdog's DAG, with a real store, a real mail server and Airflow's own state."""

from __future__ import annotations

import json
import shutil
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from oracle_backup.domain.watch.alarm import Kind
from oracle_backup.operators.watchdog import WatchdogOperator
from support.airflow_runs import wait_until
from support.statsd_receiver import metrics_to_statsd
from support.watch_scenes import SCENES, configure, keep, set_right
from support.watchdogs import Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.stage import Lab

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def airflow_database() -> None:
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def watchdog(
    lab: Lab, airflow_database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watchdog]:
    """A watchdog that remembers nothing, and has nothing to tell."""
    monkeypatch.setenv("SSL_CERT_FILE", lab.environment["SSL_CERT_FILE"])
    found = Watchdog(lab, folder=tmp_path, monkeypatch=monkeypatch)
    lab.refuse_mail(None)
    set_right(found)
    found.forget()
    yield found
    lab.refuse_mail(None)
    for path in lab.paths.store.iterdir():
        shutil.rmtree(path)


def test_everything_right_is_a_green_run_and_no_mail(watchdog: Watchdog):
    looked = watchdog.look()

    assert (looked.state, looked.subjects) == ("success", [])
    assert looked.result == {"level": "ok", "alarms": [], "endangered": [], "mails": 0}


@pytest.mark.parametrize("kind", sorted(Kind))
def test_every_alarm_is_told_once_and_its_end_too(watchdog: Watchdog, kind: Kind):
    # So that somebody is known whom a broken config can't name.
    watchdog.look()
    SCENES[kind](watchdog)

    first, second = watchdog.look(), watchdog.look()
    set_right(watchdog)
    last, after = watchdog.look(), watchdog.look()

    assert {one.state for one in (first, second, last, after)} == {"success"}
    assert first.mail["To"] == "dba@lab.example"
    assert [one.split("|")[0] for one in first.result["alarms"]] == [kind.value]
    assert "(NEW)" in first.text
    assert "What to do" in first.text
    assert second.subjects == []
    assert last.mail["Subject"].startswith("[Oracle backup] ALL CLEAR")
    assert after.subjects == []


def test_what_was_found_goes_to_airflows_metrics(
    watchdog: Watchdog, monkeypatch: pytest.MonkeyPatch
):
    with metrics_to_statsd(monkeypatch) as statsd:
        watchdog.look()
        wait_until(
            lambda: len(statsd.values("airflow.oracle_backup.")) >= 4, what=lambda: statsd.lines
        )

    found = statsd.values("airflow.oracle_backup.")
    assert found["airflow.oracle_backup.status.lab.HR"] == "0|g"
    assert "airflow.oracle_backup.newest_good_age_seconds.lab.HR" in found


def test_first_line_says_how_many_schemas_are_in_danger_and_which(watchdog: Watchdog):
    configure(watchdog, {"HR": {}, "SALES": {}, "CRM": {}})

    looked = watchdog.look()

    assert looked.text.splitlines()[0] == "2 of 3 schemas in danger: lab/CRM, lab/SALES."
    assert "2 of 3 schemas in danger" in looked.mail["Subject"]
    html = looked.mail.get_body(("html",)).get_content()
    assert "2 of 3 schemas in danger: lab/CRM, lab/SALES." in html


def test_spanish_recipients_get_spanish(watchdog: Watchdog):
    mail = {"conn_id": "lab_mail", "to": ["dba@lab.example"], "language": "es"}
    configure(watchdog, {"HR": {}, "SALES": {"mail": {"to": ["jefe@lab.example"]}}}, mail=mail)

    looked = watchdog.look()

    assert looked.mail["To"] == "jefe@lab.example"
    assert looked.text.startswith("1 de 1 esquemas en peligro: lab/SALES.")


def test_what_stands_is_told_again_after_remind_after(watchdog: Watchdog):
    SCENES[Kind.TOO_OLD](watchdog)
    watchdog.look()
    watchdog.sections = {"watchdog": {"remind_after": "1s"}}
    configure(watchdog, {"HR": {}})
    give_up = time.monotonic() + 90

    # Mails are remembered to the minute.
    while not (looked := watchdog.look()).mails:
        assert time.monotonic() < give_up
        time.sleep(1)

    assert looked.mail["Subject"].startswith("[Oracle backup] STILL: 1 of 1")


def test_refused_mail_is_red_and_told_by_the_next_look(watchdog: Watchdog, lab: Lab):
    SCENES[Kind.TOO_OLD](watchdog)
    lab.refuse_mail("550 no such user here")

    refused = watchdog.look()
    lab.refuse_mail(None)
    told = watchdog.look()

    assert (refused.state, refused.subjects) == ("failed", [])
    assert (told.state, len(told.mails)) == ("success", 1)
    assert "(NEW)" in told.text
    assert watchdog.look().subjects == []


def test_mail_that_went_out_without_its_note_is_the_same_mail(
    watchdog: Watchdog, monkeypatch: pytest.MonkeyPatch
):
    SCENES[Kind.TOO_OLD](watchdog)
    keep_memory = WatchdogOperator._keep
    saved = []

    def die_after_the_mail(self, context, memory):
        saved.append(memory)
        if len(saved) > 1:
            raise RuntimeError("the worker dies here")
        return keep_memory(self, context, memory)

    with monkeypatch.context() as patch:
        patch.setattr(WatchdogOperator, "_keep", die_after_the_mail)
        lost = watchdog.look()
    again = watchdog.look()

    assert (lost.state, again.state) == ("failed", "success")
    assert again.mail["Message-ID"] == lost.mail["Message-ID"]
    assert watchdog.look().subjects == []


def test_memory_that_is_no_memory_is_red_and_everything_is_told_anew(watchdog: Watchdog):
    SCENES[Kind.TOO_OLD](watchdog)
    watchdog.look()
    watchdog.forget({"version": 99})

    lost, after = watchdog.look(), watchdog.look()

    assert (lost.state, len(lost.mails)) == ("failed", 1)
    assert (after.state, after.subjects) == ("success", [])


def test_config_that_can_t_be_read_is_red_where_nobody_is_known(watchdog: Watchdog):
    SCENES[Kind.CONFIG](watchdog)

    looked = watchdog.look()

    assert (looked.state, looked.subjects) == ("failed", [])


def test_store_that_answers_a_second_later_is_no_alarm(watchdog: Watchdog, lab: Lab):
    watchdog.look()
    lab.kill("store")
    mend = threading.Timer(12, lab.restart, args=("store",))
    mend.start()

    try:
        looked = watchdog.look(pauses=(20.0,))
    finally:
        mend.join()

    assert (looked.state, looked.subjects) == ("success", [])
    assert looked.result["level"] == "ok"


def test_schema_nobody_can_see_has_not_healed(watchdog: Watchdog):
    SCENES[Kind.TOO_OLD](watchdog)
    watchdog.look()
    SCENES[Kind.SILENT](watchdog)

    away = watchdog.look()
    watchdog.set_connections()
    back = watchdog.look()

    assert "COULD NOT BE LOOKED AT NOW" in away.text
    assert "OVER NOW" not in away.text
    assert back.text.index("TOO OLD (STILL)") < back.text.index("OVER NOW")
    assert "store not reachable" in back.text


def test_many_schemas_down_are_one_mail(watchdog: Watchdog):
    configure(watchdog, {f"S{number:03}": {} for number in range(120)})

    looked = watchdog.look()

    assert "120 of 120 schemas in danger" in looked.mail["Subject"]
    assert len(looked.text) < 60_000
    assert "S119" in looked.text


def test_backup_that_is_young_again_heals(watchdog: Watchdog):
    configure(watchdog, {"HR": {"max_age": "2h"}})

    old = watchdog.look()
    keep(watchdog, 0.1)
    healed = watchdog.look()

    assert "at most 2 h" in old.text
    assert "ALL CLEAR" in healed.mail["Subject"]


def test_watchdog_needs_the_dag_file_of_the_backups_for_nothing(
    watchdog: Watchdog, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its own file is all there is: the backups' DAGs are deleted, and so is their file."""
    (tmp_path / "dags").mkdir()
    shutil.copy(root / "dags" / "oracle_watchdog.py", tmp_path / "dags")
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path / "dags"))
    bundle = {
        "name": "dags-folder",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(tmp_path / "dags")},
    }
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", json.dumps([bundle]))
    SCENES[Kind.TOO_OLD](watchdog)

    looked = watchdog.look()

    assert "1 of 1 schemas in danger: lab/HR" in looked.mail["Subject"]


def test_remembered_since_is_when_it_was_first_seen(watchdog: Watchdog):
    SCENES[Kind.LOST](watchdog)
    first = watchdog.look()
    keep(watchdog, 60, schema="OLD")
    time.sleep(timedelta(seconds=1).total_seconds())

    second = watchdog.look()

    since = next(line for line in first.text.splitlines() if "Since" in line)
    assert since in second.text
