"""
Whatever dies at whatever moment of a backup, it ends well: one archive, one export, one mail.

A real Airflow in four processes against the lab. Each death is a round of four backups, one at
each moment, which are killed by the same blow; each pair of death and moment is a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.airflow import AirflowStage
from lab.servers.launch import LabError
from lab.stage import Lab
from support.airflow_deaths import DEATHS, MOMENTS, RUNNING, STARTED
from support.airflow_rounds import Cell, KillRound, Round
from support.airflow_schemas import add_schemas, write_config
from support.airflow_settings import QUICK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LOST_WITH_THE_HOST = {("reboot", STARTED), ("reboot", RUNNING)}
"""The job dies with the database here: only a second one can bring a backup."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowStage]:
    """A lab with a schema for each moment, and an Airflow that notices deaths soon."""
    with Lab(tmp_path_factory.mktemp("kills"), scale=0.01) as lab:
        add_schemas(lab, MOMENTS)
        config = write_config(lab, {moment: {} for moment in MOMENTS})
        with AirflowStage(lab, config=config, settings=QUICK) as airflow:
            airflow.wait_for_dags({f"oracle_backup__lab__{moment}" for moment in MOMENTS})
            yield airflow


@pytest.fixture(scope="module")
def played(stage: AirflowStage) -> Callable[[str], Round]:
    """The rounds, each played when the first of its tests asks for it."""
    rounds: dict[str, Round | BaseException] = {}

    def play(death: str) -> Round:
        if death not in rounds:
            try:
                rounds[death] = KillRound(stage, death=death).play()
            except (AssertionError, LabError) as error:
                rounds[death] = error
        outcome = rounds[death]
        if isinstance(outcome, BaseException):
            # One broken round fails its tests, and is not played once for each of them.
            raise outcome
        return outcome

    return play


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("death", DEATHS)
def test_backup_survives(played: Callable[[str], Round], death: str, moment: str) -> None:
    outcome = played(death)
    cell = outcome.cells[moment]

    assert cell.state == "success", cell.told
    assert set(cell.tasks.values()) == {"success"}, cell.told
    _assert_one_backup(cell)
    lost = [None] if (death, moment) in LOST_WITH_THE_HOST else []
    assert cell.outcomes in ([*lost, "success"], [*("killed" for _ in lost), "success"]), cell.told
    assert cell.most_alive <= 1, cell.told
    # An export that was followed without its client is worth a remark.
    verdict = "OK (warnings)" if death == "client" else "OK"
    assert cell.subjects == [f"[Oracle backup] {verdict}: {moment} on lab"]
    assert cell.jobs_left == []
    assert cell.folders_left == []
    assert cell.dumps_left == []


@pytest.mark.parametrize("death", DEATHS)
def test_nothing_is_left_and_no_secret_seen(played: Callable[[str], Round], death: str) -> None:
    outcome = played(death)

    assert outcome.processes_left == []
    assert outcome.samples > 50
    assert outcome.shown == set()
    assert outcome.written == set()


def _assert_one_backup(cell: Cell) -> None:
    (manifest,) = cell.manifests
    assert manifest["verdict"] == "complete"
    assert manifest["verified"]
    assert [table["rows"] for table in manifest["tables"]] == [20, 20]
    archive, record = cell.stored
    assert record == f"{archive}.json"
