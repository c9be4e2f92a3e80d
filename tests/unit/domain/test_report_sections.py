"""What a report tells, and in which order."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from oracle_backup.domain.report.model import Copy, Problem, Retained, Retention, Step
from oracle_backup.domain.report.page import Bar
from oracle_backup.domain.report.sections import Section, build_sections
from support.builders import make_archive_facts, make_report, make_steps

KEPT = Retention(policy="the last 7, 12 monthly", stores=(Retained(store="nas", kept=9),))


def section(title: str, **changes: object) -> Section:
    found = [one for one in build_sections(make_report(**changes)) if one.title == title]
    assert len(found) == 1
    return found[0]


def titles(**changes: object) -> list[str]:
    return [one.title for one in build_sections(make_report(**changes))]


def test_sections_of_a_good_run() -> None:
    assert titles() == ["The backup", "Where it is, and how to restore it", "Steps"]


def test_sections_of_a_bad_run_begin_with_the_trouble() -> None:
    assert titles(
        message="Sent by hand.",
        problems=(Problem(step="export", message="It broke."),),
        verdict="failed",
        archive=None,
        warnings=("slow",),
        retention=KEPT,
    ) == [
        *("", "export failed", "Why failed", "What to do", "Warnings"),
        *("The backup", "Steps", "Retention"),
    ]


def test_notes_on_the_export_follow_the_problems() -> None:
    notes = ("Job OB_X_G1 did not end: it was started once more.",)
    problem = Problem(step="export", message="It broke.")

    assert section("What happened to the export", notes=notes).lines == notes
    assert titles(notes=notes, problems=(problem,))[:2] == [
        "export failed",
        "What happened to the export",
    ]
    assert make_report(notes=notes).outcome == "success"


def test_facts_of_the_backup_are_in_the_zone_of_the_schema() -> None:
    assert section("The backup", note="before the upgrade").rows == (
        ("Schema", "HR"),
        ("Database", "erp"),
        ("Oracle host", "ora01.example"),
        ("Due", "2026-11-23 03:00:00 Europe/Madrid"),
        ("Data as of", "2026-11-23 03:00:12 Europe/Madrid"),
        ("Verdict", "complete"),
        ("Tables", "2 with 1,234,567 rows"),
        ("Note", "before the upgrade"),
        ("Run", "scheduled__2026-11-23T02:00:00+00:00"),
        ("In Airflow", "https://airflow.example/dags/oracle_backup__erp__HR/runs/1"),
    )


def test_facts_that_are_not_known_are_left_out() -> None:
    rows = dict(
        section("The backup", snapshot_time=None, verdict=None, tables=None, run_url="").rows
    )

    assert list(rows) == ["Schema", "Database", "Oracle host", "Due", "Verdict", "Run"]
    assert rows["Verdict"] == "none: the export was not judged"


@pytest.mark.parametrize("missing", [{"tables": None}, {"rows": None}])
def test_tables_are_told_with_their_rows_or_not_at_all(missing: dict[str, None]) -> None:
    assert "Tables" not in dict(section("The backup", **missing).rows)


def test_no_tables_is_a_figure_too() -> None:
    assert dict(section("The backup", tables=0, rows=0).rows)["Tables"] == "0 with 0 rows"


def test_archive_tells_where_it_is_and_how_to_get_it_back() -> None:
    found = section("Where it is, and how to restore it")

    assert found.rows == (
        ("Archive", "HR-20261123T020000Z.7z"),
        ("Where", "sftp://backup@nas:22/backups/erp/HR"),
        ("Size", "1.0 GiB for a dump of 4.0 GiB (4.0 : 1)"),
        ("Encrypted", "yes, AES-256"),
        ("Read back", "yes, every byte matched"),
        ("SHA-256", "a" * 64),
    )
    assert found.code == (
        "7z x HR-20261123T020000Z.7z",
        "impdp USER@DATABASE directory=DIRECTORY dumpfile=HR-20261123T020000Z_01.dmp schemas=HR",
    )


def test_archive_that_was_not_read_back_says_so() -> None:
    rows = dict(
        section(
            "Where it is, and how to restore it",
            verified=False,
            archive=make_archive_facts(sha256=None, encrypted=False, size_bytes=0),
        ).rows
    )

    assert rows["Read back"] == "NO"
    assert rows["Encrypted"] == "no"
    assert rows["Size"] == "0 bytes for a dump of 4.0 GiB (0.0 : 1)"
    assert "SHA-256" not in rows


def test_restore_line_names_every_dump_file_and_not_the_log() -> None:
    members = ("HR_01.dmp", "HR_02.dmp", "HR.log")
    code = section(
        "Where it is, and how to restore it", archive=make_archive_facts(members=members)
    ).code

    assert "dumpfile=HR_01.dmp,HR_02.dmp schemas=" in code[1]


@pytest.mark.parametrize(
    ("schema", "argument"),
    [
        ("HR", "schemas=HR"),
        ("OPS$HR", "schemas=OPS$HR"),
        ("C##HR", "schemas=C##HR"),
        ("Mixed Case", 'schemas="Mixed Case"'),
        ("hr", 'schemas="hr"'),
    ],
)
def test_restore_line_survives_a_shell(schema: str, argument: str) -> None:
    code = section("Where it is, and how to restore it", schema=schema).code

    assert shlex.split(code[1])[-1] == argument
    assert "$" not in code[1] or "'" in code[1]


def test_steps_tell_state_and_duration() -> None:
    steps = (
        Step(name="export", state="success", seconds=75.0),
        Step(name="verify", state="upstream_failed"),
    )

    assert section("Steps", steps=steps).bars == (
        Bar(label="export", share=1.0, text="1 min 15 s"),
        Bar(label="verify", share=0.0, text="not reached"),
    )


def test_failed_step_stands_out_and_an_unknown_state_is_shown_as_it_is() -> None:
    steps = (
        Step(name="export", state="failed", seconds=30.0),
        Step(name="verify", state="deferred", seconds=60.0),
    )

    assert section("Steps", steps=steps, verified=False).bars == (
        Bar(label="export", share=0.5, text="FAILED, 30 s", is_bad=True),
        Bar(label="verify", share=1.0, text="deferred, 1 min 00 s"),
    )


def test_problem_is_told_with_what_to_do() -> None:
    problem = Problem(step="export", message="Two things:\n  - one", hint="Mend both.")

    found = section("export failed", problems=(problem,), steps=make_steps(export="failed"))

    assert found.lines == ("Two things:", "  - one", "Mend both.")


def test_reasons_are_told_only_where_the_verdict_is_bad() -> None:
    assert section("Why incomplete", verdict="incomplete", reasons=("T is missing.",)).lines == (
        "T is missing.",
    )
    assert "Why incomplete" not in titles(verdict="incomplete", reasons=())


def test_unchecked_host_keys_are_among_the_warnings() -> None:
    lines = section("Warnings", warnings=("slow",), unchecked_host_keys=("store", "host")).lines

    assert lines[0] == "slow"
    assert [line.split("'")[1] for line in lines[1:]] == ["store", "host"]
    assert all("does not verify" in line for line in lines[1:])


def test_retention_is_told_in_two_lines() -> None:
    assert section("Retention", retention=KEPT).lines == (
        "Keeps the last 7, 12 monthly: 9 stay.",
        "Nothing was removed.",
    )


def test_retention_names_what_went_and_counts_what_goes_later() -> None:
    gone = tuple(f"HR-{day}.7z" for day in range(5))
    one = Retained(store="near", kept=1_200, removed=gone, later=4)
    other = Retained(store="far", kept=8, removed=("HR-0.7z",))
    idle = Retained(store="third", kept=3)

    assert section("Retention", retention=replace(KEPT, stores=(one, other, idle))).lines == (
        "Keeps the last 7, 12 monthly: 1,200 stay on near, 8 stay on far, 3 stay on third.",
        "Removed: HR-0.7z, HR-1.7z, HR-2.7z and 2 more on near; HR-0.7z on far. "
        "4 more go at later runs (max_delete).",
    )


def test_dump_of_exp_is_restored_with_imp() -> None:
    found = section("Where it is, and how to restore it", archive=make_archive_facts(tool="exp"))

    assert found.code[1].startswith("imp USER@DATABASE file=HR-")
    assert found.code[1].endswith("fromuser=HR touser=HR")


NEAR = Copy(store="near", location="sftp://a@near:22/x/HR", method="full")
FAR = Copy(store="far", location="sftp://a@far:22/y/HR", method="hash")
LOST = Copy(store="far", location="sftp://a@far:22/y/HR", method=None, error="The store is full.")


def archive_rows(*copies: Copy, verified: bool = True) -> dict[str, str]:
    title = "Where it is, and how to restore it"
    facts = make_archive_facts(copies=copies)
    return dict(section(title, archive=facts, verified=verified).rows)


def test_each_of_several_copies_has_its_place_and_its_proof() -> None:
    rows = archive_rows(NEAR, FAR)

    assert "Where" not in rows
    assert rows["On near"] == "sftp://a@near:22/x/HR, every byte matched"
    assert rows["On far"] == "sftp://a@far:22/y/HR, its SHA-256 matched"
    assert rows["Read back"] == "yes, every byte matched"


def test_missing_copy_says_why() -> None:
    rows = archive_rows(NEAR, LOST, verified=False)

    assert rows["On far"] == "NOT THERE, or not proven: The store is full."
    assert rows["Read back"] == "NOT ALL COPIES"


@pytest.mark.parametrize(
    ("copy", "verified", "said"),
    [
        (FAR, True, "yes, its SHA-256 matched"),
        (NEAR, True, "yes, every byte matched"),
        (LOST, False, "NO"),
    ],
)
def test_one_copy_says_how_it_was_proven(copy: Copy, verified: bool, said: str) -> None:
    rows = archive_rows(copy, verified=verified)

    assert rows["Read back"] == said
    assert "Where" in rows
