"""Manifests: what was written is read back the same, and nothing else is believed."""

from __future__ import annotations

import copy
import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.manifest import VERSION, Drill, Manifest, ManifestHead, Verification
from oracle_backup.errors import IntegrityError
from support.builders import make_archive_record, make_manifest

instants = st.datetimes(
    min_value=datetime(1990, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.timezones(),
)
anything = st.characters(exclude_categories=())  # half surrogate pairs too
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(anything, max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def paths_of(plain: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to everything inside a JSON value."""
    inner = plain.items() if isinstance(plain, dict) else enumerate(plain)
    found = []
    for key, value in inner:
        found.append((*at, key))
        if isinstance(value, (dict, list)):
            found += paths_of(value, (*at, key))
    return found


def put(plain: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        plain = plain[key]
    plain[path[-1]] = value


def take(plain: Any, path: tuple[Any, ...]) -> None:
    for key in path[:-1]:
        plain = plain[key]
    del plain[path[-1]]


LATER = {"host_folder": None, "drills": (), "adopted": False}
"""Fields the first releases did not write, and what they mean then."""
PLAIN = make_manifest().to_dict()
PATHS = paths_of(PLAIN)


def test_manifest_is_read_back_the_same() -> None:
    manifest = make_manifest()

    assert Manifest.from_json(manifest.to_json()) == manifest
    assert Manifest.from_json(manifest.to_json().encode()) == manifest
    assert Manifest.from_dict(manifest.to_dict()) == manifest


def test_manifest_of_an_unverified_backup_is_read_back_the_same() -> None:
    manifest = make_manifest(
        verified=None, archive=make_archive_record(sha256=None), verdict="incomplete"
    )

    assert Manifest.from_json(manifest.to_json()) == manifest


@given(
    instants,
    instants,
    st.text(anything, max_size=30),
    st.lists(st.text(anything, max_size=20), max_size=3).map(tuple),
    st.none() | st.integers(0, 2**63),
    st.lists(st.integers(0, 10**12), max_size=4),
    st.booleans(),
)
def test_manifest_is_read_back_the_same_whatever_it_holds(
    snapshot: datetime,
    scheduled: datetime,
    note: str,
    warnings: tuple[str, ...],
    scn: int | None,
    rows: list[int],
    pinned: bool,
) -> None:
    manifest = make_manifest(
        snapshot_time=snapshot.astimezone(UTC),
        scheduled_time=scheduled.astimezone(UTC),
        note=note,
        warnings=warnings,
        snapshot_scn=scn,
        tables=tuple({"owner": "HR", "table": "T", "rows": count} for count in rows),
        pinned=pinned,
    )

    assert Manifest.from_json(manifest.to_json().encode("utf-8")) == manifest
    assert manifest.rows == sum(rows)


def test_manifest_with_half_a_surrogate_pair_can_be_written() -> None:
    """A log of strange bytes may hold one, and a file can't."""
    manifest = make_manifest(note="\ud800", warnings=("a\udfffb",))

    assert Manifest.from_json(manifest.to_json().encode("utf-8")) == manifest


def test_manifest_file_is_readable_text() -> None:
    text = make_manifest(note="año").to_json()

    assert text.endswith("}\n")
    assert '"note": "año"' in text
    assert json.loads(text)["manifest_version"] == VERSION
    assert json.loads(text)["snapshot_time"] == "2026-11-23T02:00:12Z"
    assert next(iter(json.loads(text))) == "manifest_version"


def test_manifest_tells_instants_in_utc() -> None:
    madrid = timezone(timedelta(hours=1))
    manifest = make_manifest(snapshot_time=datetime(2026, 11, 23, 3, 0, 12, tzinfo=madrid))

    assert manifest.to_dict()["snapshot_time"] == "2026-11-23T02:00:12Z"
    assert Manifest.from_dict(manifest.to_dict()).snapshot_time.tzinfo is UTC


@pytest.mark.parametrize("verdict", ["incomplete", "failed", "unknown", "", "Complete"])
def test_manifest_of_any_other_verdict_is_no_good_backup(verdict: str) -> None:
    assert make_manifest(verdict=verdict).counts is False


def test_manifest_counts_only_once_it_is_verified() -> None:
    verification = Verification(time=datetime(2026, 11, 23, tzinfo=UTC), method="read back")

    assert make_manifest(verified=verification).counts is True
    assert make_manifest(verified=None).counts is False


def test_rows_are_those_of_all_tables() -> None:
    assert make_manifest().rows == 107 + 19
    assert make_manifest(tables=()).rows == 0


def test_verification_changes_nothing_but_itself_and_the_hash() -> None:
    before = make_manifest(verified=None, archive=make_archive_record(sha256=None))
    time = datetime(2026, 11, 24, tzinfo=UTC)

    after = before.with_verification(time=time, method="read back", sha256="e" * 64)

    assert after.verified == Verification(time=time, method="read back")
    assert after.archive.sha256 == "e" * 64
    assert before.verified is None
    assert (
        dataclasses.replace(
            after, verified=None, archive=dataclasses.replace(after.archive, sha256=None)
        )
        == before
    )


def test_damage_takes_the_verification_away_and_a_new_one_takes_the_damage_away() -> None:
    damaged = make_manifest().with_damage("The archive differs at byte 7.")

    assert damaged.damage == "The archive differs at byte 7."
    assert damaged.verified is None
    assert damaged.counts is False
    assert Manifest.from_json(damaged.to_json()) == damaged
    mended = damaged.with_verification(
        time=datetime(2026, 11, 24, tzinfo=UTC), method="read back", sha256="e" * 64
    )
    assert mended.damage == ""
    assert mended.counts is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "5",
        '"text"',
        "{}",
        b"\xff\xfe\x00",
        b"\x80",
        "[" * 100_000,
        json.dumps(PLAIN)[:-40],
        "9" * 5_000,
    ],
)
def test_text_that_is_no_manifest_is_refused(text: str | bytes) -> None:
    with pytest.raises(IntegrityError) as caught:
        Manifest.from_json(text)

    assert "by hand" in caught.value.hint


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("manifest_version",), 2),
        (("manifest_version",), None),
        (("snapshot_time",), "2026-11-23T02:00:12"),
        (("snapshot_time",), "yesterday"),
        (("snapshot_time",), 1_700_000_000),
        (("snapshot_time",), "0001-01-01T00:00:00+23:00"),
        (("pinned",), "no"),
        (("pinned",), 0),
        (("pinned",), None),
        (("schema",), ["HR"]),
        (("database",), None),
        (("verdict",), True),
        (("damage",), None),
        (("note",), 5),
        (("generation",), "1"),
        (("generation",), True),
        (("reasons",), None),
        (("tables", 0, "rows"), "many"),
        (("tables", 0, "rows"), None),
        (("tables", 0), []),
        (("parameters",), 5),
        (("verified",), {}),
        (("verified",), "yes"),
        (("verified", "time"), "2026-11-23"),
        (("archive",), None),
        (("archive", "name"), "../other.7z"),
        (("archive", "name"), "folder/other.7z"),
        (("archive", "name"), ".."),
        (("archive", "name"), "."),
        (("archive", "name"), ""),
        (("archive", "name"), ["HR.7z"]),
        (("archive", "size_bytes"), "big"),
        (("archive", "size_bytes"), float("inf")),
        (("archive", "size_bytes"), float("nan")),
        (("archive", "body_sha256"), "B" * 64),
        (("archive", "body_sha256"), "b" * 63),
        (("archive", "sha256"), ""),
        (("archive", "sha256"), "a" * 64 + "\n"),
        (("archive", "encrypted"), "yes"),
        (("archive", "members", 0, "sha256"), 5),
        (("archive", "members", 0, "crc32"), None),
        (("archive", "members"), None),
        (("archive", "members"), {}),
        (("archive", "level"), "1"),
        (("snapshot_scn",), "4711"),
        (("tool_version",), 19),
        (("character_set",), ["AL32UTF8"]),
        (("host_folder",), 5),
        (("adopted",), 1),
        (("drills",), None),
        (("drills",), [{}]),
        (("drills",), ["passed"]),
        (("reasons",), "because"),
        (("tables",), {}),
    ],
)
def test_damaged_manifest_is_refused(path: tuple[Any, ...], value: Any) -> None:
    plain = copy.deepcopy(PLAIN)
    put(plain, path, value)

    with pytest.raises(IntegrityError, match="not one of ours, or damaged"):
        Manifest.from_json(json.dumps(plain))


@pytest.mark.parametrize(
    "path",
    # A list may be shorter.
    [
        path
        for path in PATHS
        if path[0] not in {"parameters", "tables", *LATER} and path[-1] not in {0, 1}
    ],
    ids=str,
)
def test_manifest_with_anything_missing_is_refused(path: tuple[Any, ...]) -> None:
    plain = copy.deepcopy(PLAIN)
    take(plain, path)

    with pytest.raises(IntegrityError):
        Manifest.from_dict(plain)


@pytest.mark.parametrize("name", LATER)
def test_manifest_of_an_older_release_is_read(name: str) -> None:
    plain = {key: value for key, value in PLAIN.items() if key != name}

    assert Manifest.from_dict(plain) == make_manifest(**{name: LATER[name]})


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("archive",),
        ("archive", "members", 1),
        ("verified",),
        ("drills", 0),
        ("tables", 0),
        ("parameters",),
    ],
    ids=str,
)
@given(value=json_values)
def test_what_a_later_release_adds_is_kept_through_a_rewrite(
    path: tuple[Any, ...], value: Any
) -> None:
    drill = Drill(time=datetime(2026, 11, 25, tzinfo=UTC), kind="check", result="passed")
    plain = make_manifest(drills=(drill,)).to_dict()
    put(plain, (*path, "colour"), value)
    manifest = Manifest.from_json(json.dumps(plain))

    again = json.loads(manifest.with_pin(pinned=True, note="for the audit").to_json())

    put(plain, ("pinned",), True)
    put(plain, ("note",), "for the audit")
    assert json.dumps(again, sort_keys=True) == json.dumps(plain, sort_keys=True)
    head = ManifestHead.from_dict(json.loads(json.dumps(manifest.head.to_dict())))
    assert json.dumps(head.to_dict()) == json.dumps(manifest.head.to_dict())


@pytest.mark.parametrize("name", ["more", "rows", "table_count"])
def test_what_a_later_release_adds_takes_no_name_of_ours(name: str) -> None:
    manifest = Manifest.from_dict(PLAIN | {name: "strange"})

    assert Manifest.from_json(manifest.to_json()) == manifest
    assert json.loads(manifest.to_json())[name] == "strange"
    assert manifest.rows == 107 + 19
    assert ManifestHead.from_dict(manifest.head.to_dict()).rows == 107 + 19


def test_manifest_nested_too_deeply_is_refused_and_not_written() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    manifest = Manifest.from_dict(PLAIN | {"colour": deep})

    with pytest.raises(IntegrityError, match="too deeply"):
        manifest.to_json()


def test_head_is_the_manifest_without_its_tables() -> None:
    manifest = make_manifest()

    assert manifest.head.table_count == manifest.table_count == 2
    assert manifest.head.rows == manifest.rows
    assert manifest.head.archive == manifest.archive
    assert manifest.head.counts is True
    assert not hasattr(manifest.head, "tables")
    assert ManifestHead.from_dict(json.loads(json.dumps(manifest.head.to_dict()))) == manifest.head


@pytest.mark.parametrize(
    "plain", [{}, None, [], PLAIN, make_manifest().head.to_dict() | {"rows": "1"}]
)
def test_head_that_is_damaged_is_refused(plain: Any) -> None:
    with pytest.raises(IntegrityError):
        ManifestHead.from_dict(plain)


def test_pin_keeps_the_note_unless_there_is_a_new_one() -> None:
    manifest = make_manifest(note="before the migration")

    assert manifest.with_pin(pinned=True).pinned is True
    assert manifest.with_pin(pinned=True).note == "before the migration"
    assert manifest.with_pin(pinned=True, note="").note == ""
    assert manifest.with_pin(pinned=True).with_pin(pinned=False) == manifest


def test_drills_are_kept_in_their_order() -> None:
    drills = [
        Drill(time=datetime(2026, 12, day, tzinfo=UTC), kind="import", result=result, reason="why")
        for day, result in ((1, "failed"), (2, "passed"))
    ]
    manifest = make_manifest()
    for drill in drills:
        manifest = manifest.with_drill(drill)

    assert Manifest.from_json(manifest.to_json()).drills == tuple(drills)
    assert [drill.passed for drill in manifest.drills] == [False, True]


@given(st.sampled_from(PATHS), json_values)
def test_manifest_with_any_value_in_any_place_is_read_or_refused(
    path: tuple[Any, ...], value: Any
) -> None:
    plain = copy.deepcopy(PLAIN)
    put(plain, path, value)
    try:
        manifest = Manifest.from_json(json.dumps(plain))
    except IntegrityError:
        return

    again = Manifest.from_json(manifest.to_json().encode("utf-8"))
    assert again.to_json() == manifest.to_json()
    assert "/" not in manifest.archive.name
    assert isinstance(manifest.counts, bool)
    assert manifest.snapshot_time.tzinfo is UTC
