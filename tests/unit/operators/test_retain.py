"""Retention of a run: on every store, in the limits of a run, and on the host."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.domain.manifest import Member
from oracle_backup.domain.names import job_name
from oracle_backup.domain.retention import KEEP_ALL, PruneRules, RetentionPolicy
from oracle_backup.errors import RetentionRefusedError, StoreError, StoreUnreachableError
from oracle_backup.hooks.store import ArchiveStoreHook
from oracle_backup.operators.clean_up import CleanUpOperator
from oracle_backup.operators.inspect import JUDGEMENT_KEY
from oracle_backup.operators.retain import GIVEN_UP_KEY, RetainOperator
from oracle_backup.operators.steps import NOTES_KEY, PROBLEM_KEY
from oracle_backup.operators.stores import StorePlace
from support.builders import make_archive_record
from support.export_desk import ExportDesk
from support.memory_store import InMemoryArchiveStore
from support.shelves import FOLDER, archive_bytes, put_backup

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
# Today's may be of the future.
DAYS = [f"{TODAY - timedelta(days=back):%Y%m%d}" for back in (5, 4, 3, 2, 1)]
AWAY = StoreUnreachableError("Cannot reach the store.", hint="Wait.")


def name_of(day: str) -> str:
    return f"HR-{day}T020000Z.7z"


class Scene:
    """Two stores and a host, with the same backups of five days on each of them."""

    def __init__(self, desk: ExportDesk) -> None:
        self.desk = desk
        self.stores = {name: InMemoryArchiveStore(label=name) for name in ("near", "far")}
        self.away: set[str] = set()
        for day in DAYS:
            for store in self.stores.values():
                self.put(store, day)
            self.write(day)

    def put(self, store: InMemoryArchiveStore, day: str, **changes: Any) -> None:
        stem = f"HR-{day}T020000Z"
        members = tuple(
            Member(name=f"{stem}{end}", size_bytes=4, sha256="c" * 64, crc32=1)
            for end in ("_01.dmp", ".log")
        )
        values: dict[str, Any] = {
            "archive": make_archive_record(
                name=name_of(day), size_bytes=len(archive_bytes(name_of(day))), members=members
            ),
            "host_folder": str(self.desk.dumps),
            "job": job_name(dag_id="d", run_id=day, schema="HR", generation=1),
        }
        put_backup(store, name_of(day), **(values | changes))

    def write(self, day: str) -> None:
        for end in ("_01.dmp", ".log"):
            (self.desk.dumps / f"HR-{day}T020000Z{end}").write_bytes(b"rows")

    def on(self, store: str) -> list[str]:
        """The days of which a store has archives with manifests."""
        files = self.stores[store].files
        return sorted(
            day
            for day in DAYS
            if {f"{FOLDER}/{name_of(day)}{end}" for end in ("", ".json")} <= set(files)
        )

    @property
    def on_host(self) -> list[str]:
        return sorted(path.name[3:11] for path in self.desk.dumps.glob("*.dmp"))

    @contextlib.contextmanager
    def open(self, name: str) -> Any:
        if name in self.away:
            raise AWAY
        yield self.stores[name]

    def places(self, *names: str) -> list[StorePlace]:
        return [StorePlace(name=one, conn_id=one, path="/b") for one in names or self.stores]

    def retain(self, *stores: str, **changes: Any) -> dict[str, Any]:
        values: dict[str, Any] = {
            "database": "erp",
            "schema_name": "HR",
            "folder": FOLDER,
            "inspection": {"verdict": "complete", "reasons": []},
            "stores": self.places(*stores),
            "policy": RetentionPolicy(last=2),
        }
        operator = RetainOperator(task_id="retain", **(values | changes))
        return operator.execute(self.desk.context())

    def clean_up(self, *, last: int = 2, **changes: Any) -> dict[str, Any]:
        """Clean up behind the newest of the five."""
        stem = f"HR-{DAYS[-1]}T020000Z"
        self.desk.ti.xcoms.setdefault(
            ("inspect", JUDGEMENT_KEY),
            {
                "verdict": "complete",
                "dump_files": [
                    {"path": f"{self.desk.dumps}/{stem}_01.dmp", "size_bytes": 4},
                ],
            },
        )
        export = {
            "job": job_name(dag_id="d", run_id=DAYS[-1], schema="HR", generation=1),
            "generation": 1,
            "stem": stem,
            "folder": str(self.desk.dumps),
            "tool": "expdp",
            "log_path": f"{self.desk.dumps}/{stem}.log",
        }
        values: dict[str, Any] = {
            "database": "erp",
            "schema_name": "HR",
            "export": export,
            "preflight": {"folder": str(self.desk.dumps)},
            "verification": {"verified": True},
            "ssh_conn_id": "h",
            "oracle_conn_id": "d",
            "directory": "BACKUP_DIR",
            "stores": self.places(),
            "host_retention": PruneRules(
                policy=RetentionPolicy(last=last),
                zone="UTC",
                expected_age=None,
                max_delete=KEEP_ALL,
            ),
        }
        operator = CleanUpOperator(task_id="clean_up", **(values | changes))
        params = {"keep_dump": False} | changes.pop("params", {})
        return operator.execute(self.desk.context(params=params))


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene(ExportDesk(tmp_path, monkeypatch))

    def remember(hook: Any, conn_id: str, **_: Any) -> None:
        hook.conn_id = conn_id

    monkeypatch.setattr(ArchiveStoreHook, "__init__", remember)
    monkeypatch.setattr(ArchiveStoreHook, "store", lambda hook: scene.open(hook.conn_id))
    return scene


def test_each_store_is_pruned_by_what_it_has(scene: Scene) -> None:
    scene.stores["far"].files.pop(f"{FOLDER}/{name_of(DAYS[4])}.json")

    done = scene.retain()

    assert scene.on("near") == DAYS[3:]
    assert scene.on("far") == DAYS[2:4]
    assert (done["kept"], done["removed"], done["later"]) == (4, 5, 0)
    assert f"Removed {name_of(DAYS[0])} on far: no rule keeps it." in done["plan"]
    assert "Keeps the last 2: 2 stay on near." in done["plan"]
    assert done["policy"] == "the last 2"
    assert [(one["store"], one["kept"], one["later"]) for one in done["stores"]] == [
        ("near", 2, 0),
        ("far", 2, 0),
    ]
    gone = [name_of(day) for day in DAYS[:3]]
    assert [sorted(one["removed"]) for one in done["stores"]] == [gone, gone[:2]]


def test_one_run_removes_so_many_and_says_what_waits(scene: Scene) -> None:
    done = scene.retain("near", policy=RetentionPolicy(last=1), max_delete=3)

    assert scene.on("near") == DAYS[3:]
    assert (done["removed"], done["later"]) == (3, 1)
    assert done["plan"][-1] == (
        "1 more on the store go at later runs, as one removes 3 at most (max_delete)."
    )


def test_a_plan_that_is_refused_on_one_store_stops_no_other(scene: Scene) -> None:
    scene.stores["near"].files.pop(f"{FOLDER}/{name_of(DAYS[4])}.json")
    scene.stores["near"].files.pop(f"{FOLDER}/{name_of(DAYS[3])}.json")

    with pytest.raises(RetentionRefusedError, match="older than expected"):
        scene.retain(policy=RetentionPolicy(last=1), expected_age=timedelta(hours=50))

    assert scene.on("near") == DAYS[:3]
    assert scene.on("far") == DAYS[4:]
    assert scene.desk.ti.pushed[PROBLEM_KEY]["kind"] == "RetentionRefusedError"


def test_a_store_that_is_away_stops_no_other_and_is_an_error(scene: Scene) -> None:
    scene.away = {"near"}

    with pytest.raises(StoreError):
        scene.retain(preflight={"folder": str(scene.desk.dumps)})

    assert scene.on("far") == DAYS[3:]
    # It may have what the other has given up.
    assert GIVEN_UP_KEY not in scene.desk.ti.pushed


def test_an_archive_whose_manifest_changes_in_between_stays(scene: Scene) -> None:
    """As by a pin that somebody sets in the second between plan and deed."""
    near = scene.stores["near"]
    rename = near.rename

    def pin_and_rename(name: str, to: str) -> None:
        if not near.files[name].count(b'"pinned": true'):
            scene.put(near, DAYS[0], pinned=True)
        rename(name, to)

    near.rename = pin_and_rename  # type: ignore[method-assign]

    done = scene.retain("near", policy=RetentionPolicy(last=4))

    assert scene.on("near") == DAYS
    assert done["removed"] == 0
    assert done["plan"][-1] == (
        f"{name_of(DAYS[0])} on the store is not what it was in the plan, and stays."
    )


def test_before_the_last_manifest_goes_word_is_left_of_the_files_on_the_host(scene: Scene) -> None:
    scene.stores["far"].files.pop(f"{FOLDER}/{name_of(DAYS[4])}.json")

    scene.retain(preflight={"folder": str(scene.desk.dumps)})

    told = scene.desk.ti.pushed[GIVEN_UP_KEY]
    assert [one["archive"] for one in told] == [name_of(day) for day in DAYS[:2]]
    assert told[0]["files"][0] == [f"{scene.desk.dumps}/HR-{DAYS[0]}T020000Z_01.dmp", 4]


def test_without_retention_on_the_host_no_word_is_left(scene: Scene) -> None:
    scene.retain()

    assert GIVEN_UP_KEY not in scene.desk.ti.pushed


# On the host.


def test_host_keeps_by_its_own_policy(scene: Scene) -> None:
    done = scene.clean_up(last=3)

    assert scene.on_host == DAYS[2:]
    assert done["finished"] is True
    assert len(done["removed"]) == 4
    said = scene.desk.ti.pushed[NOTES_KEY]
    assert said[0] == "On the host stay the dumps of 3 backups: the last 3."
    assert re.fullmatch(
        rf"From the host went the dumps of .*{re.escape(name_of(DAYS[0]))}.*\.", said[1]
    )
    assert len(said) == 2


def test_host_gives_up_what_the_stores_have_given_up(scene: Scene) -> None:
    scene.retain(preflight={"folder": str(scene.desk.dumps)})
    scene.desk.ti.xcoms["retain", GIVEN_UP_KEY] = scene.desk.ti.pushed[GIVEN_UP_KEY]

    scene.clean_up(last=5)

    assert scene.on_host == DAYS[3:]


def test_without_a_policy_of_its_own_the_host_keeps_nothing_of_this_run(scene: Scene) -> None:
    scene.clean_up(host_retention=None)

    assert scene.on_host == DAYS[:4]
    assert NOTES_KEY not in scene.desk.ti.pushed


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"verification": None}, "complete"),
        ({}, "incomplete"),
        ({"keep_dump": True}, "complete"),
        ({"params": {"keep_dump": True}}, "complete"),
    ],
)
def test_host_is_gone_through_only_after_a_good_backup(
    scene: Scene, changes: dict[str, Any], verdict: str
) -> None:
    scene.desk.ti.xcoms["inspect", JUDGEMENT_KEY] = {"verdict": verdict, "dump_files": []}
    params = changes.pop("params", None)
    if params:
        changes = changes | {"keep_dump": params["keep_dump"]}

    scene.clean_up(last=1, **changes)

    assert scene.on_host == DAYS


def test_what_no_manifest_names_is_told_and_stays(scene: Scene) -> None:
    scene.write("20200101")
    (scene.desk.dumps / "HRX-20200101T020000Z_01.dmp").write_bytes(b"rows")

    scene.clean_up(last=5)

    assert scene.desk.ti.pushed[NOTES_KEY][-1] == (
        f"In {scene.desk.dumps} on the host lie dumps of HR that no manifest names, so nothing "
        "removes them: HR-20200101T020000Z_01.dmp."
    )
    assert "20200101" in scene.on_host


def test_one_store_that_answers_is_enough_for_the_host(scene: Scene) -> None:
    scene.away = {"near"}

    scene.clean_up(last=1)

    assert scene.on_host == DAYS[4:]


def test_where_no_store_answers_the_host_is_left_alone(scene: Scene) -> None:
    scene.away = {"near", "far"}

    with pytest.raises(StoreUnreachableError):
        scene.clean_up(last=1)

    assert scene.on_host == DAYS


def test_records_of_a_replaced_generation_go_where_the_host_keeps_dumps_too(scene: Scene) -> None:
    stem = f"HR-{DAYS[-1]}T020000Z"
    names = [scene.desk.dumps / f"HR-20260101T000000Z{end}" for end in (".log", "-g2.log")]
    for path in names:
        path.write_text("said")
    export = {
        "job": job_name(dag_id="d", run_id="r", schema="HR", generation=2),
        "generation": 2,
        "stem": f"{stem}-g2",
        "folder": str(scene.desk.dumps),
        "tool": "expdp",
        "log_path": str(names[1]),
    }

    scene.clean_up(last=5, export=export)

    assert [path.exists() for path in names] == [False, True]
