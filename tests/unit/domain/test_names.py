"""Names: the same on every retry, never shared by two, and safe wherever they end up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.names import (
    BackupNames,
    dag_id,
    job_family,
    job_name,
    name_token,
    time_stamp,
)

oracle_names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"'), min_size=1, max_size=30
)
databases = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
instants = st.datetimes(
    min_value=datetime(1970, 1, 2),
    max_value=datetime(2999, 1, 1),
    timezones=st.timezones() | st.just(UTC),
)


def make_names(**changes: object) -> BackupNames:
    values = {
        "database": "erp",
        "schema": "HR",
        "moment": datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        "generation": 1,
    }
    return BackupNames(**(values | changes))


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("HR", "HR"),
        ("Hr_2", "Hr_2"),
        ("A$B", "A-24-B"),
        ("A-24-B", "A-2d-24-2d-B"),
        ("C##APP", "C-23--23-APP"),
        ("MIXED CASE", "MIXED-20-CASE"),
        ("ÑANDÚ", "-d1-AND-da-"),
        ("..", "-2e--2e-"),
        ("a/b", "a-2f-b"),
        ("٣", "-663-"),
    ],
)
def test_name_token_keeps_letters_and_spells_out_the_rest(name: str, token: str) -> None:
    assert name_token(name) == token


@given(oracle_names)
def test_name_token_is_safe_in_dag_ids_files_and_shells(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", name_token(name), re.ASCII)


@given(oracle_names)
def test_name_token_can_be_read_back_so_no_two_names_share_one(name: str) -> None:
    back = re.sub(r"-([0-9a-f]+)-", lambda match: chr(int(match[1], 16)), name_token(name))

    assert back == name


@given(databases, oracle_names)
def test_dag_id_holds_database_and_schema(database: str, schema: str) -> None:
    assert dag_id(database=database, schema=schema) == (
        f"oracle_backup__{database}__{name_token(schema)}"
    )


def test_dag_id_reads_plainly() -> None:
    assert dag_id(database="erp", schema="HR") == "oracle_backup__erp__HR"


def test_time_stamp_is_in_utc() -> None:
    madrid = timezone(timedelta(hours=1))

    assert time_stamp(datetime(2026, 11, 23, 1, 30, 5, 999999, madrid)) == "20261123T003005Z"


def test_time_stamp_refuses_an_instant_without_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        time_stamp(datetime(2026, 11, 23))


@given(instants)
def test_time_stamp_can_be_read_back_to_the_second(moment: datetime) -> None:
    back = datetime.strptime(time_stamp(moment), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    assert back == moment.astimezone(UTC).replace(microsecond=0)


@given(instants, instants)
def test_time_stamps_sort_as_their_instants_do(one: datetime, other: datetime) -> None:
    first, second = sorted((one, other), key=lambda moment: moment.astimezone(UTC))

    assert time_stamp(first) <= time_stamp(second)


def test_job_name_is_known_for_ever() -> None:
    """A changed hash would let an update lose sight of a running export."""
    found = job_name(dag_id="oracle_backup__erp__HR", run_id="manual__1", schema="HR", generation=2)

    assert found == "OB_WF4VQVDW355F_G2"


@given(st.text(max_size=20), st.text(max_size=20), oracle_names, st.integers(1, 10**9))
def test_job_name_fits_every_release_of_oracle(
    dag: str, run: str, schema: str, generation: int
) -> None:
    found = job_name(dag_id=dag, run_id=run, schema=schema, generation=generation)

    assert re.fullmatch(r"OB_[A-Z2-7]{12}_G[1-9][0-9]*", found)
    assert len(found) <= 30
    assert found == job_name(dag_id=dag, run_id=run, schema=schema, generation=generation)


def test_job_name_differs_by_dag_run_schema_and_generation() -> None:
    base = {"dag_id": "d", "run_id": "r", "schema": "s", "generation": 1}
    variants = [base] + [base | {key: f"{base[key]}x"} for key in ("dag_id", "run_id", "schema")]
    variants += [base | {"generation": 2}, base | {"dag_id": "dr", "run_id": ""}]

    assert len({job_name(**variant) for variant in variants}) == len(variants)


@given(st.integers(1, 999), st.integers(1, 999))
def test_job_family_is_what_the_jobs_of_one_run_begin_with(one: int, other: int) -> None:
    run = {"dag_id": "d", "run_id": "r", "schema": "s"}
    family = job_family(**run)

    assert job_name(**run, generation=one) == f"{family}{one}"
    assert job_name(**run, generation=other).startswith(family)
    assert not job_name(**(run | {"run_id": "r2"}), generation=one).startswith(family)


@pytest.mark.parametrize("generation", [0, -1])
def test_job_name_refuses_a_generation_before_the_first(generation: int) -> None:
    with pytest.raises(ValueError, match="count from 1"):
        job_name(dag_id="d", run_id="r", schema="s", generation=generation)


def test_backup_names_of_a_first_generation() -> None:
    names = make_names()

    assert names.stem == "HR-20261123T020000Z"
    assert names.folder == "erp/HR"
    assert names.archive == "erp/HR/HR-20261123T020000Z.7z"
    assert names.manifest == "erp/HR/HR-20261123T020000Z.7z.json"
    assert names.dump_pattern == "HR-20261123T020000Z_%U.dmp"
    assert names.dump == "HR-20261123T020000Z.dmp"
    assert names.log == "HR-20261123T020000Z.log"


def test_dump_pattern_takes_the_template_that_the_database_knows() -> None:
    assert make_names().dump_pattern_with("%L") == "HR-20261123T020000Z_%L.dmp"


def test_backup_names_of_a_later_generation_are_others() -> None:
    names = make_names(generation=3, schema="A$B")

    assert names.archive == "erp/A-24-B/A-24-B-20261123T020000Z-g3.7z"
    assert names.log == "A-24-B-20261123T020000Z-g3.log"


@given(databases, oracle_names, instants, st.integers(1, 999))
def test_archive_name_tells_what_it_was_made_from(
    database: str, schema: str, moment: datetime, generation: int
) -> None:
    names = BackupNames(database=database, schema=schema, moment=moment, generation=generation)
    suffix = "" if generation == 1 else f"-g{generation}"

    assert names.folder == f"{database}/{name_token(schema)}"
    assert names.archive == (f"{names.folder}/{name_token(schema)}-{time_stamp(moment)}{suffix}.7z")
