"""A report's first words: what they say of every way a run can end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.report.model import Step
from support.builders import STEPS, make_report, make_run, make_steps

names = st.text(st.characters(exclude_categories=()), max_size=30)
GOOD = "Backup of HR on erp is complete and verified."


def test_report_of_a_good_run() -> None:
    report = make_report()

    assert report.is_good
    assert report.outcome == "success"
    assert report.headline == GOOD
    assert report.subject == "[Oracle backup] OK: HR on erp"
    assert report.failed_steps == ()


@pytest.mark.parametrize(
    "changes", [{"warnings": ("slow",)}, {"unchecked_host_keys": ("store",)}], ids=str
)
def test_report_of_a_good_run_with_warnings(changes: dict[str, tuple[str, ...]]) -> None:
    report = make_report(**changes)

    assert report.is_good
    assert report.outcome == "warnings"
    assert report.headline == "Backup of HR on erp is complete and verified, with warnings."
    assert report.subject == "[Oracle backup] OK (warnings): HR on erp"


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        (
            {"steps": make_steps(retain="failed")},
            "Backup of HR on erp is complete and verified, but retain failed.",
        ),
        (
            {"steps": make_steps(retain="failed", clean_up="failed")},
            "Backup of HR on erp is complete and verified, but retain and clean_up failed.",
        ),
        (
            {"steps": make_steps(retain="upstream_failed")},
            "Backup of HR on erp is complete and verified, but a step after it failed.",
        ),
        (
            {"verdict": None, "verified": False, "steps": make_steps(preflight="failed")},
            "Backup of HR on erp FAILED in preflight.",
        ),
        ({"verdict": None, "verified": False}, "Backup of HR on erp FAILED."),
        ({"verdict": "unknown", "verified": False}, "Backup of HR on erp FAILED."),
        ({"verdict": "failed", "verified": False}, "Backup of HR on erp FAILED."),
        ({"verified": False}, "Backup of HR on erp FAILED."),
        (
            {"verified": False, "steps": make_steps(verify="failed", retain="upstream_failed")},
            "Backup of HR on erp FAILED in verify.",
        ),
    ],
)
def test_report_of_a_failed_run(changes: dict[str, object], headline: str) -> None:
    report = make_report(**changes)

    assert not report.is_good
    assert report.outcome == "failed"
    assert report.headline == headline
    assert report.subject == "[Oracle backup] FAILED: HR on erp"


@pytest.mark.parametrize("verified", [True, False])
def test_report_of_an_incomplete_run(verified: bool) -> None:
    report = make_report(verdict="incomplete", verified=verified)

    assert report.outcome == "failed"
    assert report.subject == "[Oracle backup] INCOMPLETE: HR on erp"
    assert report.headline == (
        "Backup of HR on erp is INCOMPLETE: data are missing from it. "
        "It is archived, and does not count."
    )


def test_report_of_a_skipped_run_says_why() -> None:
    report = make_report(
        verdict=None,
        verified=False,
        archive=None,
        snapshot_time=None,
        steps=make_steps(preflight="skipped", export="skipped"),
        skipped="Undo does not reach that far.",
    )

    assert report.outcome == "failed"
    assert report.shown_verdict == "failed"
    assert report.subject == "[Oracle backup] SKIPPED: HR on erp"
    assert report.headline == "Backup of HR on erp was SKIPPED: Undo does not reach that far."


def test_what_was_exported_after_all_is_no_skipped_run() -> None:
    """The reason is left by a try before; the run was cleared and exported then."""
    report = make_report(skipped="Undo does not reach that far.")

    assert report.is_good
    assert report.subject == "[Oracle backup] OK: HR on erp"
    assert report.headline == GOOD

    failed = make_report(skipped="Undo does not reach that far.", verdict="failed")
    assert failed.subject == "[Oracle backup] FAILED: HR on erp"
    assert failed.headline == "Backup of HR on erp FAILED."


@pytest.mark.parametrize(
    ("changes", "subject", "headline"),
    [
        ({}, "OK: HR en erp", "El backup de HR en erp está completo y verificado."),
        (
            {"warnings": ("slow",)},
            "OK (con avisos): HR en erp",
            "El backup de HR en erp está completo y verificado, con avisos.",
        ),
        (
            {"steps": make_steps(retain="failed", clean_up="failed")},
            "FALLIDO: HR en erp",
            "El backup de HR en erp está completo y verificado, pero falló retain y clean_up.",
        ),
        (
            {"verdict": "incomplete"},
            "INCOMPLETO: HR en erp",
            "El backup de HR en erp está INCOMPLETO: le faltan datos. Está archivado, y no cuenta.",
        ),
        (
            {"verdict": None, "verified": False, "skipped": "The job ended successfully."},
            "OMITIDO: HR en erp",
            "El backup de HR en erp se ha OMITIDO: El trabajo terminó bien.",
        ),
        (
            {"verdict": None, "verified": False, "steps": make_steps(preflight="failed")},
            "FALLIDO: HR en erp",
            "El backup de HR en erp ha FALLADO en preflight.",
        ),
    ],
)
def test_report_in_spanish(changes: dict[str, object], subject: str, headline: str) -> None:
    report = make_report(language="es", **changes)

    assert report.subject == f"[Backup Oracle] {subject}"
    assert report.headline == headline


def test_ratio_of_an_empty_archive_is_nothing() -> None:
    assert make_run(size_bytes=0).ratio == 0
    assert make_run(size_bytes=10, dump_bytes=42).ratio == 4.2


def test_report_of_an_incomplete_run_promises_no_archive_where_there_is_none() -> None:
    report = make_report(verdict="incomplete", archive=None, verified=False)

    assert report.headline == "Backup of HR on erp is INCOMPLETE: data are missing from it."


@given(
    st.sampled_from([None, "complete", "incomplete", "failed", "unknown"]),
    st.booleans(),
    st.lists(
        st.sampled_from(["success", "failed", "upstream_failed", "skipped", "not run"]),
        min_size=len(STEPS),
        max_size=len(STEPS),
    ),
    st.booleans(),
)
def test_only_a_complete_and_verified_run_without_a_failure_is_good(
    verdict: str | None, verified: bool, states: list[str], warned: bool
) -> None:
    steps = tuple(Step(name=name, state=state) for name, state in zip(STEPS, states, strict=True))
    report = make_report(
        verdict=verdict, verified=verified, steps=steps, warnings=("slow",) if warned else ()
    )

    failed = {"failed", "upstream_failed"} & set(states)
    good = verdict == "complete" and verified and not failed
    assert report.is_good is good
    assert report.outcome == (("warnings" if warned else "success") if good else "failed")
    assert ("OK" in report.subject) is good
    assert not (good and "FAILED" in report.headline)


@given(names, names)
def test_subject_is_one_printable_line_whatever_the_names_hold(schema: str, database: str) -> None:
    subject = make_report(schema=schema, database=database).subject

    assert subject.isprintable()
    assert subject.startswith("[Oracle backup] OK: ")


def test_subject_cannot_become_another_header() -> None:
    subject = make_report(schema="HR\r\nBcc: all@example.com").subject

    assert subject == "[Oracle backup] OK: HR Bcc: all@example.com on erp"
