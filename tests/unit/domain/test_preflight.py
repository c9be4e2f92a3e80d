"""What the answers of database and host mean to a backup that is about to start."""

from __future__ import annotations

import pytest

from oracle_backup.domain.names import job_name
from oracle_backup.domain.preflight import (
    Judgement,
    is_our_job,
    jobs_of_run,
    judge_container,
    judge_leftovers,
    judge_roles,
    judge_undo,
    passed,
    problem,
    warning,
)


def test_judgements_add_up_in_their_order():
    total = problem("a") + warning("b") + passed("c") + problem("d")

    assert total == Judgement(problems=("a", "d"), warnings=("b",), passed=("c",))


@pytest.mark.parametrize(
    ("found", "expected"), [("ORCLPDB1", None), ("", None), ("ORCLPDB1", "orclpdb1"), ("A", "A")]
)
def test_container_is_right(found: str, expected: str | None):
    assert judge_container(found, expected=expected) == Judgement()


@pytest.mark.parametrize(("found", "shown"), [("CDB$ROOT", "CDB$ROOT"), ("", "none")])
def test_container_is_wrong(found: str, shown: str):
    (text,) = judge_container(found, expected="ORCLPDB1").problems

    assert f"in container {shown}, not ORCLPDB1" in text


@pytest.mark.parametrize("role", ["DATAPUMP_EXP_FULL_DATABASE", "EXP_FULL_DATABASE", "DBA"])
def test_user_with_a_role_may_export_any_schema(role: str):
    found = judge_roles(["CONNECT", role], user="BACKUP", schema="HR", is_the_tools_login=True)

    assert found == Judgement()


def test_user_may_export_its_own_schema_without_a_role():
    assert judge_roles([], user="HR", schema="HR", is_the_tools_login=True) == Judgement()


def test_user_without_a_role_may_not_export_another_s_schema():
    found = judge_roles(["CONNECT"], user="BACKUP", schema="HR", is_the_tools_login=True)

    (text,) = found.problems
    assert "grant datapump_exp_full_database to BACKUP" in text


def test_roles_of_a_user_that_the_export_does_not_log_in_as_only_warn():
    found = judge_roles(["CONNECT"], user="BACKUP", schema="HR", is_the_tools_login=False)

    assert found.problems == ()
    (text,) = found.warnings
    assert "logs in as somebody else" in text


@pytest.mark.parametrize(
    ("retention", "tuned", "last"),
    [(900, None, None), (900, None, 900.0), (900, 7200, 3600.0), (7200, 900, 3600.0)],
)
def test_undo_is_kept_for_long_enough(retention: int, tuned: int | None, last: float | None):
    found = judge_undo(retention_seconds=retention, tuned_seconds=tuned, last_duration_seconds=last)

    assert found.warnings == found.problems == ()
    assert found.passed[0].startswith("Undo: undo_retention is ")


@pytest.mark.parametrize(
    ("tuned", "shown"), [(None, "is 15 min 00 s. A"), (1800, "really kept 30 min 00 s at least. A")]
)
def test_undo_shorter_than_the_last_export_warns_with_the_figures(tuned: int | None, shown: str):
    found = judge_undo(retention_seconds=900, tuned_seconds=tuned, last_duration_seconds=3601.0)

    assert found.problems == ()
    (text,) = found.warnings
    assert "The last export took 1 h 00 min 01 s; undo_retention is 15 min 00 s" in text
    assert shown in text


def test_folder_without_leftovers_needs_no_word():
    assert judge_leftovers("/dumps", {}) == Judgement()


@pytest.mark.parametrize(
    ("count", "shown"), [(1, "HR-0.dmp. Remove"), (4, "HR-0.dmp, HR-1.dmp, HR-2.dmp, .... Remove")]
)
def test_leftovers_are_counted_and_measured(count: int, shown: str):
    sizes = {f"HR-{number}.dmp": 1024 for number in range(count)}

    (text,) = judge_leftovers("/dumps", sizes).warnings

    assert text.startswith(f"{count} dump file(s) of earlier runs take {count}.0 KiB in /dumps: ")
    assert shown in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OB_ABCDEFGHIJ27_G1", True),
        ("OB_ABCDEFGHIJ27_G10", True),
        ("OB_ABCDEFGHIJ27_G0", False),
        ("OB_ABCDEFGHIJ01_G1", False),
        ("OB_ABCDEFGHIJ2_G1", False),
        ("XOB_ABCDEFGHIJ27_G1", False),
        ("OB_ABCDEFGHIJ27_G1; drop", False),
        ("SYS_EXPORT_SCHEMA_01", False),
    ],
)
def test_our_jobs_are_known_by_their_names(name: str, expected: bool):
    assert is_our_job(name) is expected


def test_jobs_of_a_run_are_ours_and_named_as_the_export_names_them():
    run = {"dag_id": "oracle_backup__erp__HR", "run_id": "manual__1", "schema": "HR"}

    jobs = jobs_of_run(**run, generations=3)

    assert jobs == [job_name(**run, generation=number) for number in (1, 2, 3)]
    assert all(is_our_job(job) for job in jobs)
