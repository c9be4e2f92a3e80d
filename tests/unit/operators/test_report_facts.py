"""What a report gathers of a run, from what its steps have left."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_backup.adapters.catalogue import read_manifest
from oracle_backup.domain.report.model import Problem, Retained, Retention, Step
from oracle_backup.domain.table_figures import TableSize, TroubledTable
from oracle_backup.errors import StoreUnreachableError
from oracle_backup.operators.report_facts import Subject, gather
from oracle_backup.operators.report_history import read_history
from oracle_backup.operators.stores import StorePlace
from support.export_desk import FakeTaskInstance
from support.memory_store import InMemoryArchiveStore
from support.shelves import FOLDER, put_backup

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SUBJECT = Subject(
    database="erp",
    schema="HR",
    ssh_conn_id="no_such_connection",
    host_name="ora01",
    timezone="Europe/Madrid",
    language="en",
    steps=("preflight", "export", "inspect"),
)
EXPORT = {"snapshot_time": "2026-11-23T02:00:12+00:00", "tool": "expdp"}
ARCHIVE = {
    "archive": f"{FOLDER}/HR.7z",
    "location": "sftp://nas/b",
    "size_bytes": 10,
    "dump_bytes": 40,
    "encrypted": False,
    "members": ["HR_01.dmp"],
    "warnings": [],
    "copies": [],
}


def make_context(ti: FakeTaskInstance) -> dict[str, Any]:
    run = SimpleNamespace(
        dag_id="d",
        run_id="r",
        logical_date=DUE,
        run_after=DUE,
        start_date=DUE + timedelta(seconds=3),
    )
    return {"ti": ti, "dag_run": run}


def gathered(xcoms: dict[tuple[str, str], Any], *, export: Any = None, **changes: Any) -> Any:
    ti = FakeTaskInstance(xcoms)
    ti.states = changes.pop("states", {})
    return gather(make_context(ti), replace(SUBJECT, **changes), export)


def test_run_is_told_with_when_it_was_due_began_and_shows_its_data() -> None:
    report = gathered({}, export=EXPORT)

    assert report.moment == DUE
    assert report.began == DUE + timedelta(seconds=3)
    assert report.snapshot_time == DUE + timedelta(seconds=12)
    assert (report.host, report.zone, report.language) == ("ora01", "Europe/Madrid", "en")


def test_run_that_found_its_time_missed_is_told_as_skipped() -> None:
    report = gathered(
        {("preflight", "skipped"): "Undo is too short."}, states={"preflight": "skipped"}
    )

    assert report.was_skipped
    assert report.problems == ()
    assert report.headline.endswith("SKIPPED: Undo is too short.")


def test_notes_of_preflight_and_export_are_told_once() -> None:
    report = gathered({("preflight", "notes"): ["Missed."], ("export", "notes"): ["A.", "Missed."]})

    assert report.notes == ("Missed.", "A.")


def test_judgement_is_told_with_its_tables_and_codes() -> None:
    judgement = {
        "verdict": "incomplete",
        "reasons": ["T is missing."],
        "warnings": ["slow"],
        "tables": 2,
        "rows": 9,
        "biggest": [{"table": "T", "rows": 9, "size_bytes": None}],
        "troubled": [{"table": "U", "code": "ORA-31693", "causes": ["ORA-01555"]}],
        "troubled_count": 7,
        "telling_codes": ["ORA-01555"],
    }
    report = gathered({("inspect", "judgement"): judgement})

    assert report.biggest == (TableSize(table="T", rows=9, size_bytes=None),)
    assert report.troubled == (TroubledTable(table="U", code="ORA-31693", causes=("ORA-01555",)),)
    assert (report.troubled_count, report.codes) == (7, ("ORA-01555",))
    assert (report.tables, report.rows, report.warnings) == (2, 9, ("slow",))


def test_judgement_of_a_release_before_has_no_tables_to_tell() -> None:
    """As in a run that is cleared after an update."""
    report = gathered({("inspect", "judgement"): {"verdict": "complete"}, ("retain", "x"): {}})

    assert (report.biggest, report.troubled, report.codes, report.retention) == ((), (), (), None)


def test_retention_is_told_by_store() -> None:
    left = {
        "policy": "the last 2",
        "stores": [{"store": "nas", "kept": 2, "removed": ["a.7z"], "later": 1}],
    }

    assert gathered({("retain", "return_value"): left}).retention == Retention(
        policy="the last 2",
        stores=(Retained(store="nas", kept=2, removed=("a.7z",), later=1),),
    )
    assert gathered({("retain", "return_value"): {"plan": ["x"]}}).retention is None


@pytest.mark.parametrize(
    ("language", "message", "hint"),
    [
        ("en", "Task export failed and left no reason.", "Its worker may have died."),
        ("es", "La tarea export falló sin dejar un motivo.", "Puede que su worker haya muerto."),
    ],
)
def test_failed_step_that_left_no_word_is_named(language: str, message: str, hint: str) -> None:
    (problem,) = gathered({}, states={"export": "failed"}, language=language).problems

    assert (problem.step, problem.message, problem.kind) == ("export", message, "")
    assert problem.hint.startswith(hint)


def test_failed_step_is_told_in_its_own_words() -> None:
    told = {"kind": "HostError", "message": "No.", "hint": "Yes."}
    report = gathered({("export", "problem"): told}, states={"export": "failed"})

    assert report.problems == (
        Problem(step="export", message="No.", hint="Yes.", kind="HostError"),
    )
    assert report.steps == (
        Step(name="preflight", state="not run"),
        Step(name="export", state="failed"),
        Step(name="inspect", state="not run"),
    )


class Shelf:
    """Stores with backups of some days."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = InMemoryArchiveStore()
        self.away: set[str] = set()
        self.asked: list[str] = []
        monkeypatch.setattr(StorePlace, "hook", lambda place: self.hook(place.name))

    def hook(self, name: str) -> Any:
        self.asked.append(name)
        return SimpleNamespace(store=lambda: self.open(name))

    @contextlib.contextmanager
    def open(self, name: str) -> Any:
        if name in self.away:
            raise StoreUnreachableError("Cannot reach the store.", hint="Wait.")
        yield self.store

    def put(self, day: int, **changes: Any) -> None:
        moment = datetime(2026, 11, day, 2, 0, tzinfo=UTC)
        put_backup(self.store, f"HR-{day:02}.7z", snapshot_time=moment, **changes)

    def read(self) -> list[tuple[int, bool]]:
        stores = [StorePlace(name=one, conn_id=one, path="/b") for one in ("near", "far")]
        runs = read_history(stores, folder=FOLDER, database="erp", schema="HR")
        return [(run.snapshot_time.day, run.counts) for run in runs]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(monkeypatch)


def test_history_is_the_newest_fourteen_backups_the_oldest_first(shelf: Shelf) -> None:
    for day in range(20, 0, -1):
        shelf.put(day)

    assert shelf.read() == [(day, True) for day in range(7, 21)]
    assert shelf.asked == ["near"]


def test_history_shows_what_does_not_count_too(shelf: Shelf) -> None:
    shelf.put(1)
    shelf.put(2, verdict="incomplete")
    shelf.put(3, verified=None)

    assert shelf.read() == [(1, True), (2, False), (3, False)]


def test_history_comes_from_the_first_store_that_answers(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.put(1)
    shelf.away = {"near"}

    assert shelf.read() == [(1, True)]
    assert shelf.asked == ["near", "far"]
    assert "Store near shows no earlier backups" in caplog.text


def test_store_that_can_not_be_read_costs_only_the_chart(shelf: Shelf) -> None:
    shelf.away = {"near", "far"}

    assert shelf.read() == []


def test_history_has_the_sizes_of_archive_and_dump(shelf: Shelf) -> None:
    shelf.put(1)
    (run,) = read_history(
        [StorePlace(name="near", conn_id="n", path="/b")],
        folder=FOLDER,
        database="erp",
        schema="HR",
    )
    archive = read_manifest(shelf.store, f"{FOLDER}/HR-01.7z").archive

    assert run.size_bytes == archive.size_bytes
    assert run.dump_bytes == sum(member.size_bytes for member in archive.members)


def test_stores_are_asked_only_where_there_is_an_archive(shelf: Shelf) -> None:
    stores = (StorePlace(name="near", conn_id="n", path="/b"),)
    shelf.put(1)

    assert gathered({}, stores=stores, folder=FOLDER).history == ()
    assert shelf.asked == []

    report = gathered(
        {("archive", "return_value"): ARCHIVE}, export=EXPORT, stores=stores, folder=FOLDER
    )
    assert len(report.history) == 1
