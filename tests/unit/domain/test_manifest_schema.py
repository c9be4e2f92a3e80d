"""The published schema describes what is written, and it changes only together with the records."""

from __future__ import annotations

import copy
import dataclasses
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from oracle_backup.domain.manifest import (
    ArchiveRecord,
    Drill,
    Manifest,
    Member,
    Verification,
)
from oracle_backup.domain.manifest.json_schema import described_fields, manifest_schema
from support.builders import make_archive_record, make_manifest

SCHEMA = manifest_schema()
CHECKER = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
DRILL = Drill(time=datetime(2026, 11, 30, tzinfo=UTC), kind="check", result="passed")


def test_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "manifest",
    [
        make_manifest(),
        make_manifest(drills=(DRILL,), adopted=True, tool="", host_folder=None),
        make_manifest(verified=None, verdict="incomplete", snapshot_scn=None, tables=()),
        make_manifest(archive=make_archive_record(sha256=None, level=None)),
        make_manifest(more={"colour": "green"}),
    ],
    ids=["good", "drilled and adopted", "incomplete", "not verified", "of a later release"],
)
def test_manifest_keeps_the_schema(manifest: Manifest) -> None:
    assert list(CHECKER.iter_errors(manifest.to_dict())) == []


def test_manifest_of_the_first_release_keeps_the_schema() -> None:
    plain = make_manifest().to_dict()
    for name in ("host_folder", "drills", "adopted"):
        del plain[name]

    assert list(CHECKER.iter_errors(plain)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("manifest_version",), 2),
        (("snapshot_time",), "2026-11-23T02:00:12+01:00"),
        (("verdict",), "good"),
        (("pinned",), 1),
        (("generation",), 0),
        (("archive", "sha256"), "A" * 64),
        (("archive", "members", 0, "sha256"), None),
        (("archive", "level"), 10),
        (("verified", "method"), "glance"),
        (("tables", 0, "rows"), -1),
        (("reasons",), [1]),
        (("drills",), [{"time": "2026-11-30T00:00:00Z"}]),
    ],
)
def test_schema_refuses_what_is_not_written(path: tuple[Any, ...], value: Any) -> None:
    plain = copy.deepcopy(make_manifest().to_dict())
    place: Any = plain
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert list(CHECKER.iter_errors(plain)) != []


@pytest.mark.parametrize("kind", [Manifest, ArchiveRecord, Member, Verification, Drill])
def test_every_field_is_in_the_schema_with_a_sentence(kind: type) -> None:
    whole = SCHEMA if kind is Manifest else SCHEMA["$defs"][kind.__name__]
    names = {field.name for field in dataclasses.fields(kind)} - {"more"}

    assert set(whole["properties"]) - {"manifest_version"} == names
    assert set(described_fields(kind)) == names
    for one in whole["properties"].values():
        assert one["description"].endswith(".")
        assert "\n" not in one["description"]
    assert set(whole["required"]) <= set(whole["properties"])
