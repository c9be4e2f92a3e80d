"""What a report tells, and in which order."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import timedelta

import pytest

from oracle_backup.domain.codes import CODES
from oracle_backup.domain.report.model import Copy, Problem, Retained, Retention, Step
from oracle_backup.domain.report.page import ADVICE, TROUBLE, Bar
from oracle_backup.domain.report.sections import Section, build_sections
from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.report.words import say
from oracle_backup.domain.table_figures import TableSize, TroubledTable
from support.builders import DUE, make_archive_facts, make_report, make_run, make_steps

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
    )
    assert section("The backup").link == (
        "Open this run in Airflow",
        "https://airflow.example/dags/oracle_backup__erp__HR/runs/1",
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

    assert found.lines == ("Two things:", "  - one")
    assert found.tone == TROUBLE
    todo = section("What to do", problems=(problem,), steps=make_steps(export="failed"))
    assert todo.tone == ADVICE
    assert todo.lines == ("Mend both.", say("todo.export", "en"))
    assert todo.link == (
        "Open this run in Airflow",
        "https://airflow.example/dags/oracle_backup__erp__HR/runs/1",
    )


@pytest.mark.parametrize(
    ("changes", "todo"),
    [
        ({"steps": make_steps(archive="failed")}, ["archive"]),
        ({"steps": make_steps(retain="failed", clean_up="failed")}, ["retain", "clean_up"]),
        ({"verdict": None, "verified": False}, ["other"]),
        ({"steps": (Step(name="strange", state="failed"),)}, ["other"]),
        ({"verdict": "incomplete", "steps": make_steps(retain="failed")}, ["incomplete"]),
        (
            {"verdict": "incomplete", "steps": make_steps(retain="failed", clean_up="failed")},
            ["incomplete", "clean_up"],
        ),
        ({"verdict": None, "verified": False, "skipped": "Too late."}, ["skipped"]),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_to_do_depends_on_where_it_went_wrong(
    changes: dict[str, object], todo: list[str], language: str
) -> None:
    found = section(say("title.todo", language), language=language, **changes)

    assert found.lines == tuple(say(f"todo.{key}", language) for key in todo)


def test_good_run_asks_for_nothing() -> None:
    assert "What to do" not in titles(warnings=("slow",))


def test_what_to_do_names_the_remedies_of_the_codes_that_came() -> None:
    problem = Problem(step="preflight", message="ORA-28001, ORA-99999, ORA-28001.")
    lines = section(
        "What to do",
        verdict="incomplete",
        codes=("ORA-01555", "ORA-28001"),
        problems=(problem,),
        language="en",
    ).lines

    assert [line.partition(":")[0] for line in lines[:-1]] == ["ORA-01555", "ORA-28001"]
    assert lines[1] == "ORA-28001: The password has expired. Set a new password."


def test_what_to_do_names_a_few_codes_only() -> None:
    codes = tuple(code for code in CODES if code.startswith("ORA-"))[:9]

    lines = section("What to do", verdict="incomplete", codes=codes).lines

    assert [line.partition(":")[0] for line in lines[:-1]] == list(codes[:5])


@pytest.mark.parametrize(
    ("kind", "reasons", "told"),
    [
        ("ExportFailedError", ("The end line says so.",), False),
        ("LogNotUnderstoodError", ("It is cut off.",), False),
        ("ExportIncompleteError", ("T is missing.",), False),
        ("ExportFailedError", (), True),
        ("HostUnreachableError", ("T is missing.",), True),
    ],
)
def test_error_that_says_what_the_reasons_say_is_not_told_twice(
    kind: str, reasons: tuple[str, ...], told: bool
) -> None:
    problem = Problem(step="inspect", message="The verdict is failed.", kind=kind)

    assert ("inspect failed" in titles(verdict="failed", reasons=reasons, problems=(problem,))) is (
        told
    )


LOST_TABLE = TroubledTable(table="JOBS", code="ORA-31693", causes=("ORA-01555",))


def test_tables_with_trouble_are_told_first_with_their_cause() -> None:
    tables = (
        LOST_TABLE,
        TroubledTable(table="LOGS:P1", code="ORA-39181"),
        TroubledTable(table="REGIONS"),
    )
    found = section("Tables with trouble", verdict="incomplete", reasons=(), troubled=tables)

    assert found.tone == TROUBLE
    assert found.grid is not None
    assert found.grid.rows == (
        ("JOBS", "ORA-01555: Undo was overwritten before the table was read."),
        ("LOGS:P1", "ORA-39181: A security policy hid rows of a table."),
        ("REGIONS", "Its line in the log has no count."),
    )
    assert found.lines == ()
    assert titles(verdict="incomplete", troubled=tables)[0] == "Tables with trouble"


def test_tables_with_trouble_that_are_not_named_are_counted() -> None:
    found = section("Tables with trouble", troubled=(LOST_TABLE,), troubled_count=1_234)

    assert found.lines == ("And 1,233 more: see the log.",)


def test_reasons_do_not_repeat_the_tables_with_trouble() -> None:
    rows = 'ORA-31693: TABLE_DATA:"HR"."{}": The rows of a table are missing from the result.'
    reasons = (rows.format("JOBS"), rows.format("LOGS"), "ORA-31693 came 9 more times.")

    assert (
        section(
            "Why incomplete", verdict="incomplete", reasons=reasons, troubled=(LOST_TABLE,)
        ).lines
        == (reasons[1:])
    )
    exp = TroubledTable(table="JOBS")
    assert "Why incomplete" not in titles(
        verdict="incomplete", reasons=("Without rows: JOBS.",), troubled=(exp,)
    )


def test_long_lists_are_cut_and_counted() -> None:
    found = section("Warnings", warnings=tuple(f"Warning {n}." for n in range(15)))

    assert len(found.lines) == 11
    assert found.lines[-1] == "And 5 more: see the log."


def test_sentences_of_others_are_in_the_report_s_language() -> None:
    sentence = "Exit code 5 does not fit the log's end line, which was believed."
    found = section("Avisos", warnings=(sentence,), language="es")

    assert found.lines == (translate(sentence, "es"),)


def test_when_it_began_is_told_where_it_is_known() -> None:
    rows = dict(section("The backup", began=DUE + timedelta(seconds=3)).rows)

    assert rows["Began"] == "2026-11-23 03:00:03 Europe/Madrid"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"verdict": "unknown"}, "unknown"),
        ({"verified": False}, "complete, but only the export's"),
        ({"verdict": None, "skipped": "Too late."}, "none: the run was skipped"),
        ({"language": "es", "verdict": "failed"}, "fallido"),
    ],
)
def test_verdict_says_what_it_is_of(changes: dict[str, object], verdict: str) -> None:
    language = changes.get("language", "en")
    rows = dict(section(say("title.backup", str(language)), **changes).rows)

    assert rows[say("label.verdict", str(language))] == verdict


def test_report_in_spanish_has_days_and_figures_as_spanish_writes_them() -> None:
    facts = dict(section("El backup", language="es").rows)
    archive = dict(section("Dónde está y cómo restaurarlo", language="es").rows)

    assert facts["Previsto"] == "23/11/2026 03:00:00 Europe/Madrid"
    assert facts["Tablas"] == "2 con 1.234.567 filas"
    assert archive["Tamaño"] == "1,0 GiB para un dump de 4,0 GiB (4,0 : 1)"


def test_biggest_tables_have_rows_and_size() -> None:
    tables = (
        TableSize(table="JOBS", rows=1_200, size_bytes=2**30),
        TableSize(table="LOGS", rows=7, size_bytes=None),
    )
    grid = section("Biggest tables", biggest=tables).grid

    assert grid is not None
    assert grid.columns == ("Table", "Rows", "Size")
    assert grid.rows == (("JOBS", "1,200", "1.0 GiB"), ("LOGS", "7", ""))


def test_biggest_tables_of_exp_have_no_size() -> None:
    grid = section("Biggest tables", biggest=(TableSize(table="T", rows=1, size_bytes=None),)).grid

    assert grid is not None
    assert grid.columns == ("Table", "Rows")
    assert grid.rows == (("T", "1"),)


def test_history_is_a_chart_of_size_and_ratio() -> None:
    runs = (
        make_run(snapshot_time=DUE - timedelta(days=1), size_bytes=2**29, counts=False),
        make_run(),
    )
    found = section("Size of the last 2 backups", history=runs)

    assert found.bars == (
        Bar(label="11-22", share=0.5, text="512.0 MiB (8.0 : 1), does not count", is_bad=True),
        Bar(label="11-23", share=1.0, text="1.0 GiB (4.0 : 1)"),
    )
    assert found.picture is not None
    assert found.picture.alt == (
        "Size and ratio of the last 2 archives, oldest first: 11-22: 512.0 MiB (8.0 : 1), does "
        "not count; 11-23: 1.0 GiB (4.0 : 1)."
    )
    assert [point.upper for point in found.picture.points] == [2**29, 2**30]
    assert [point.lower_text for point in found.picture.points] == ["8.0 : 1", "4.0 : 1"]
    assert [point.is_bad for point in found.picture.points] == [True, False]


def test_history_shows_the_newest_fourteen() -> None:
    runs = tuple(make_run(snapshot_time=DUE + timedelta(days=n)) for n in range(20))
    found = section("Size of the last 14 backups", history=runs)

    assert len(found.bars) == 14
    assert found.bars[-1].label == "12-12"


@pytest.mark.parametrize(
    "changes",
    [{"history": ()}, {"history": (make_run(),)}, {"archive": None, "history": (make_run(),) * 3}],
)
def test_history_is_left_out_where_there_is_nothing_to_compare(changes: dict[str, object]) -> None:
    assert not [title for title in titles(**changes) if title.startswith("Size of")]


def test_history_of_empty_archives_has_no_bars() -> None:
    found = section("Size of the last 2 backups", history=(make_run(size_bytes=0),) * 2)

    assert [bar.share for bar in found.bars] == [0, 0]


def test_picture_s_id_is_the_run_s_own() -> None:
    runs = (make_run(), make_run())
    ids = {
        picture.cid
        for run in ("a", "b", "\ud800")
        for one in build_sections(make_report(history=runs, run_id=run))
        if (picture := one.picture) is not None
    }

    assert len(ids) == 3
    assert all(re.fullmatch(r"history-[0-9a-f]{16}@oracle-backup", one) for one in ids)


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
        "Keeps the last 7, 12 monthly: 1,200 on near, 8 on far, 3 on third.",
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
