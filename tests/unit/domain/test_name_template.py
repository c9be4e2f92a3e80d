"""Templates of names: only harmless ones pass, and no two backups ever share a name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oracle_backup.adapters.store_names import is_safe_piece
from oracle_backup.domain.name_template import (
    check_file_template,
    check_folder_template,
    could_meet,
    forms,
    placeholders,
)
from oracle_backup.domain.names import (
    BackupNames,
    NameShape,
    is_dump_of,
    local_time_stamp,
)
from oracle_backup.domain.parameter_values import FILE, FILE_TEMPLATE
from support.name_shapes import databases, generations, moments, schemas, shapes

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MADRID_BACK = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half past two in Madrid, for the first time that night."""


def make_names(**changes: object) -> BackupNames:
    shape = NameShape(
        **{name: changes.pop(name) for name in list(changes) if hasattr(NameShape, name)}
    )
    values = {"database": "erp", "schema": "HR", "moment": DUE, "generation": 1}
    return BackupNames(**(values | changes), shape=shape)


def dump_files(names: BackupNames) -> list[str]:
    """Return names of dump files as the tool makes them."""
    if not names.shape.numbered:
        return [names.dump]
    return [names.dump, *(names.dump_pattern.replace("%U", number) for number in ("01", "99"))]


# What passes.


@pytest.mark.parametrize(
    "text",
    [
        "{time}",
        "{schema}-{time}",
        "{local_time}",
        "a.b_c-{host}{database}{local_time}.x",
        "0{time}",
    ],
)
def test_file_template_passes(text: str) -> None:
    assert check_file_template(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be made of letters, digits and _ . -"),
        ("{schema}", "must hold {time} or {local_time}"),
        ("{Time}", r'no other placeholders than .*did you mean "{time}"'),
        ("{xyzzy}-{time}", r"no other placeholders than {database} {schema}.*{local_time}$"),
        ("{}{time}", "no other placeholders"),
        ("{time", "must be made of"),
        ("{{time}}", "must be made of"),
        ("-{time}", "begins with a letter, a digit or _"),
        (".{time}", "begins with"),
        ("{time}.", "ends with neither"),
        ("{time}/x", "must be made of"),
        ("../{time}", "must be made of"),
        ("a\\{time}", "must be made of"),
        ("a\n{time}", "must be made of"),
        ("{time}\n", "must be made of"),
        ("$(x){time}", "must be made of"),
        ("a%U{time}", "must be made of"),
        ("ñ{time}", "must be made of"),
        ("copy {time}", "must be made of letters, digits and _"),
    ],
)
def test_file_template_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_file_template(text)


def test_file_template_may_hold_blanks_where_no_parameter_file_carries_it() -> None:
    assert check_file_template("copy of {time}", blanks=True) == "copy of {time}"
    for text in (" {time}", "{time} "):
        with pytest.raises(ValueError, match="blanks and _"):
            check_file_template(text, blanks=True)


@pytest.mark.parametrize(
    "text", ["", "a", "{database}/{schema}", "Backup Traza/{host}", "a.b/c_d-e"]
)
def test_folder_template_passes(text: str) -> None:
    assert check_folder_template(text) == text


@pytest.mark.parametrize(
    "text",
    ["/", "/a", "a/", "a//b", "..", "a/../b", ".", ".a", "{time}", "a\\b", "a\0", "-a", "a "],
)
def test_folder_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        check_folder_template(text)


def test_placeholders_are_found() -> None:
    assert placeholders("a{schema}-{time}{schema}") == {"schema", "time"}


# What comes of them.


def test_names_of_the_predecessor() -> None:
    names = make_names(
        archive="{schema}-{local_time}", folder="", export="{schema}-{local_time}",
        numbered=False, zone="Europe/Madrid",
    )  # fmt: skip

    assert names.archive == "HR-20261123030000.7z"
    assert names.manifest == "HR-20261123030000.7z.json"
    assert names.folder == ""
    assert names.dump_pattern_with("%L") == names.dump == "HR-20261123030000.dmp"
    assert names.log == "HR-20261123030000.log"


def test_names_with_everything() -> None:
    names = make_names(
        archive="{host} {database}.{schema} {time}", folder="x/{host}/{database}",
        host="db1.example.com", generation=2, schema="A$B",
    )  # fmt: skip

    assert names.archive == (
        "x/db1.example.com/erp/db1.example.com erp.A-24-B 20261123T020000Z-g2.7z"
    )
    assert names.dump_pattern == "A-24-B-20261123T020000Z-g2_%U.dmp"


def test_hour_that_comes_twice_has_two_stamps() -> None:
    hour = timedelta(hours=1)
    stamps = [
        local_time_stamp(MADRID_BACK + count * hour, zone="Europe/Madrid")
        for count in (-1, 0, 1, 2)
    ]

    assert stamps == ["20261025013000", "20261025023000", "20261025023000B", "20261025033000"]


def test_names_refuse_a_moment_without_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        _ = make_names(archive="{local_time}", moment=datetime(2026, 11, 23)).archive


@given(
    shapes(), databases, schemas, st.tuples(moments, generations), st.tuples(moments, generations)
)
@example(
    NameShape(archive="{local_time}B", export="{local_time}", zone="Europe/Madrid"),
    "erp", "HR", (MADRID_BACK, 1), (MADRID_BACK + timedelta(hours=1), 1),
)  # fmt: skip
def test_no_two_runs_or_generations_share_a_name(
    shape: NameShape,
    database: str,
    schema: str,
    one: tuple[datetime, int],
    other: tuple[datetime, int],
) -> None:
    first, second = (
        BackupNames(
            database=database, schema=schema, moment=moment, generation=generation, shape=shape
        )
        for moment, generation in (one, other)
    )
    if one == other:
        assert (first.archive, first.log) == (second.archive, second.log)
        return

    assert first.archive.lower() != second.archive.lower()
    assert first.log.lower() != second.log.lower()
    assert not {*map(str.lower, dump_files(first))} & {*map(str.lower, dump_files(second))}
    assert not any(is_dump_of(first.stem, name) for name in dump_files(second))


@given(shapes(), databases, schemas, moments, generations, st.timezones())
def test_a_retry_elsewhere_computes_the_same_names(
    shape: NameShape, database: str, schema: str, moment: datetime, generation: int, zone: object
) -> None:
    """Another worker may have the run's time in another zone, and its fractions of a second."""
    values = {"database": database, "schema": schema, "generation": generation, "shape": shape}
    again = moment.replace(microsecond=999_999).astimezone(zone)

    assert (
        BackupNames(**values, moment=moment).archive == BackupNames(**values, moment=again).archive
    )
    assert BackupNames(**values, moment=moment).stem == BackupNames(**values, moment=again).stem


@given(shapes(), databases, schemas, moments, generations)
def test_nothing_hostile_is_in_a_name(
    shape: NameShape, database: str, schema: str, moment: datetime, generation: int
) -> None:
    names = BackupNames(
        database=database, schema=schema, moment=moment, generation=generation, shape=shape
    )

    assert all(map(is_safe_piece, names.manifest.split("/")))
    assert re.fullmatch(r"[A-Za-z0-9_./ -]+", names.manifest, re.ASCII)
    assert FILE.fullmatch(names.log)
    assert FILE_TEMPLATE.fullmatch(names.dump_pattern_with("%L"))
    assert all(is_dump_of(names.stem, name) for name in dump_files(names))


@settings(max_examples=300)
@given(shapes(), databases, schemas, moments, generations, st.data())
def test_schemas_that_could_not_meet_never_share_a_name(
    shape: NameShape,
    database: str,
    schema: str,
    moment: datetime,
    generation: int,
    data: st.DataObject,
) -> None:
    one = BackupNames(
        database=database, schema=schema, moment=moment, generation=generation, shape=shape
    )
    other = BackupNames(
        database=data.draw(databases),
        schema=data.draw(schemas),
        moment=data.draw(st.just(moment) | moments),
        generation=data.draw(st.just(generation) | generations),
        shape=data.draw(st.just(shape) | shapes()),
    )

    if {*map(str.lower, dump_files(one))} & {*map(str.lower, dump_files(other))}:
        assert could_meet(*(export_forms(names) for names in (one, other)))


def export_forms(names: BackupNames) -> tuple[object, ...]:
    fixed = names.shape.fixed(database=names.database, schema=names.schema)
    return forms(names.shape.export, fixed, numbered=True)


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ("HR-{time}", "SALES-{time}", False),
        ("HR-{time}", "HR2-{time}", False),
        ("HR{time}", "HR2{time}", False),
        ("HR{local_time}", "HR2{local_time}", False),
        ("{time}", "{local_time}", False),
        ("HR-{time}", "hr-{time}", True),
        ("HR-{time}", "HR-{time}", True),
        ("HR-{time}", "HR-{time}-g2", True),
        ("HR-{time}", "HR-{time}-g0", False),
        ("HR-{time}", "HR-{time}_01", True),
        ("HR-{local_time}", "HR-{local_time}B", True),
        ("HR-{local_time}", "HR-{local_time}BB", False),
        ("1{local_time}", "{local_time}1", True),
        ("x{time}", "y{time}", False),
    ],
)
def test_templates_that_could_meet(one: str, other: str, meets: bool) -> None:
    found = [could_meet(forms(a, {}, numbered=True), forms(b, {}, numbered=True))
             for a, b in ((one, other), (other, one))]  # fmt: skip

    assert found == [meets, meets]


def test_numbers_only_meet_where_files_are_numbered() -> None:
    one, numbered, later = (
        forms(f"HR-{{time}}{ending}", {}, numbered=False) for ending in ("", "_01", "-g2")
    )

    assert not could_meet(one, numbered)
    assert could_meet(one, later)


# Dumps of earlier runs.


def test_dumps_of_other_runs_are_found() -> None:
    mine = ["HR-20261122T020000Z.dmp", "HR-20261122T020000Z-g2_01.dmp", "HR-20261121T020000Z_7.dmp"]
    others = [
        "HR-20261123T020000Z_01.dmp",
        "HR-20261123T020000Z-g2_01.dmp",
        "HR_OLD-20261122T020000Z_01.dmp",
        "XHR-20261122T020000Z_01.dmp",
        "HR-20261122T020000Z.log",
        "HR-20261122T020000Z_01.dmp.bak",
        "HR-2026.dmp",
    ]

    assert make_names().dumps_of_other_runs(mine + others) == sorted(mine)


def test_dumps_of_other_runs_of_a_schema_with_an_odd_name() -> None:
    found = ["A-24-B-20261122T020000Z_01.dmp", "A$B-20261122T020000Z_01.dmp"]

    assert make_names(schema="A$B").dumps_of_other_runs(found) == found[:1]


def test_dumps_are_listed_by_what_stands_before_the_time() -> None:
    assert make_names().dump_prefix == "HR-"
    assert make_names(export="{time}-{schema}").dump_prefix == ""
    assert make_names(export="x_{database}{local_time}").dump_prefix == "x_erp"


@given(shapes(), databases, schemas, moments, generations, moments, generations)
def test_dumps_of_other_runs_are_known_by_any_template(
    shape: NameShape,
    database: str,
    schema: str,
    moment: datetime,
    generation: int,
    other_moment: datetime,
    other_generation: int,
) -> None:
    names, others = (
        BackupNames(database=database, schema=schema, moment=when, generation=which, shape=shape)
        for when, which in ((moment, generation), (other_moment, other_generation))
    )
    listed = dump_files(others)

    found = names.dumps_of_other_runs([*dump_files(names), *listed, others.log])

    assert found == ([] if moment == other_moment else sorted(listed))
    assert all(name.startswith(names.dump_prefix) for name in listed)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("HR-1.dmp", True),
        ("HR-1_01.dmp", True),
        ("HR-1_100.dmp", True),
        ("HR-1-g2_01.dmp", False),
        ("HR-1_01.dmp.bak", False),
        ("HR-1_x.dmp", False),
        ("HR-1.log", False),
        ("xHR-1.dmp", False),
        ("HR.1.dmp", False),
    ],
)
def test_dump_is_known_by_its_stem(name: str, expected: bool) -> None:
    assert is_dump_of("HR-1", name) is expected
