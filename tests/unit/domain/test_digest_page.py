"""How a digest reads."""

import string
from datetime import timedelta
from typing import Any

import pytest

from oracle_backup.domain.digest.night import State
from oracle_backup.domain.digest.page import Digest
from oracle_backup.domain.digest.words import WORDS
from oracle_backup.domain.report.html_page import FAILURE, SUCCESS, WARNING
from oracle_backup.domain.report.render import render_html_page, render_text_page
from support.builders import DUE
from support.digests import make_bad_record, make_night, make_record

FAILED = make_night(schema="CRM", state=State.FAILED, runs=(make_bad_record(),))
IDLE = make_night(schema="OLD", state=State.IDLE, runs=())
RUNNING = make_night(schema="BIG", state=State.RUNNING, runs=(), due=DUE)


def make_digest(*nights: Any, **changes: Any) -> Digest:
    values: dict[str, Any] = {
        "since": DUE - timedelta(hours=19),
        "until": DUE + timedelta(hours=5),
        "zone": "UTC",
    }
    return Digest(nights=nights or (make_night(),), **(values | changes))


def text_of(*nights: Any, **changes: Any) -> str:
    digest = make_digest(*nights, **changes)
    text = render_text_page(digest.headline, digest.sections())
    # A line that is too long is wrapped; what it says is the same.
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("nights", "subject", "headline", "colour"),
    [
        ((make_night(), IDLE), "DIGEST: 1 of 1 good", "The one schema that was due", SUCCESS),
        ((make_night(), FAILED, IDLE), "DIGEST: 1 of 2 good", "To be looked at: 1.", FAILURE),
        ((make_night(), RUNNING), "DIGEST: 1 of 2 good", "Not done yet: 1.", WARNING),
        ((IDLE,), "DIGEST: no run was due", "No run was due since 2026-11-22 07:00:00", SUCCESS),
        (
            (make_night(state=State.WARNINGS), make_night(schema="CRM")),
            "DIGEST: all 2 good",
            "All 2 schemas that were due",
            WARNING,
        ),
    ],
)
def test_first_line_says_how_many_are_good(
    nights: tuple[Any, ...], subject: str, headline: str, colour: str
):
    digest = make_digest(*nights)

    assert digest.subject == f"[Oracle backup] {subject}"
    assert headline in digest.headline
    assert digest.colour == colour


def test_trouble_comes_before_the_table_with_reason_and_what_to_do():
    text = text_of(make_night(), FAILED)

    assert text.index("CRM ON ERP: FAILED") < text.index("ALL SCHEMAS")
    assert "ORA-01555: snapshot too old. Raise the undo retention." in text
    assert "Run of 2026-11-23 02:00:00 UTC." in text
    assert text.index("CRM · erp") < text.index("HR · erp")


def test_table_has_verdict_age_size_against_the_night_before_and_duration():
    text = text_of(make_night(size_before=800 * 1024**2))

    assert "HR · erp OK 5 h ago 1.0 GiB (+28.0 %) 10 min 00 s" in text
    assert "HR https://airflow.example/dags/oracle_backup__erp__HR/runs/1" in text


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"size_before": 2 * 1024**3}, "1.0 GiB (−50.0 %)"),
        ({"size_before": None}, "1.0 GiB 10 min"),
        ({"newest_data": None}, "no good one known"),
        ({"newest_data": DUE + timedelta(hours=4, minutes=30)}, "30 min ago"),
        ({"newest_data": DUE - timedelta(days=3)}, "3 d 5 h ago"),
        ({"newest_data": DUE + timedelta(days=1)}, "0 min ago"),
        ({"runs": (make_record(seconds=None, size_bytes=None),)}, "OK 5 h ago – –"),
    ],
)
def test_table_tells_what_is_known(changes: dict[str, Any], shown: str):
    assert shown in text_of(make_night(**changes))


def test_run_that_has_not_reported_is_told_with_what_to_do():
    missing = make_night(state=State.MISSING, runs=(), due=DUE)
    paused = make_night(state=State.MISSING, runs=(), due=DUE, is_paused=True, in_store=DUE)

    text = text_of(missing)
    assert "HR ON ERP: NO RUN REPORTED A run was due at 2026-11-23 02:00:00 UTC" in text
    assert "Look in Airflow whether its DAG is there" in text
    assert "on the store" not in text
    text = text_of(paused)
    assert "Its DAG is paused" in text
    assert "A good backup is on the store all the same" in text


def test_wrong_settings_are_told_with_their_problems():
    broken = make_night(state=State.BROKEN, runs=(), problems=("retension: unknown option",))

    text = text_of(broken)

    assert "SETTINGS WRONG retension: unknown option Mend the config file" in text


def test_bad_runs_before_the_newest_are_told_too():
    runs = (make_bad_record(run_id="1"), make_record(run_id="2"))

    text = text_of(make_night(runs=runs, unreported=2))

    assert "EARLIER IN THIS TIME HR: FAILED. ORA-01555: snapshot too old." in text
    assert "HR on erp: 2 more runs were due and have left no report." in text
    assert "OK, 1 of 2 runs bad" in text


def test_bad_run_before_a_missing_one_is_not_lost():
    missing = make_night(state=State.MISSING, runs=(make_bad_record(),), due=DUE)

    assert "HR: FAILED. ORA-01555" in text_of(missing)


def test_several_good_runs_are_one_line():
    runs = (make_record(run_id="1"), make_record(run_id="2"))

    assert "OK, 2 runs" in text_of(make_night(runs=runs))


def test_run_without_a_reason_or_an_address_is_told_all_the_same():
    bare = make_bad_record(reason="", todo="", run_url="")

    text = text_of(make_night(state=State.FAILED, runs=(bare,)))

    assert "HR ON ERP: FAILED Run of 2026-11-23" in text
    assert "IN AIRFLOW" not in text


def test_warnings_are_told():
    record = make_record(result="warnings", reason="Undo is short.")

    text = text_of(make_night(state=State.WARNINGS, runs=(record,)))

    assert "WORTH A LOOK HR: Undo is short." in text


def test_digest_about_nothing_says_that_it_always_comes():
    text = text_of(IDLE, problems=("digest.schedule: must fire",))

    assert "from 2026-11-22 07:00:00 UTC to 2026-11-23 07:00:00 UTC" in text
    assert "where it stays away, something is wrong" in text
    assert "digest.schedule: must fire" in text
    assert make_digest(IDLE, problems=("x",)).colour == WARNING


def test_digest_of_no_schema_at_all_has_no_table():
    digest = Digest(nights=(), since=DUE, until=DUE, zone="UTC")

    assert [one.grid for one in digest.sections()] == [None]
    assert "No run was due" in digest.headline


def test_spanish_digest_has_no_english_in_it():
    text = text_of(make_night(), FAILED, language="es")

    assert make_digest(FAILED, language="es").subject == "[Backup Oracle] RESUMEN: 0 de 1 bien"
    assert "CRM EN ERP: FALLIDO" in text
    assert "1,0 GiB (+0,0 %)" in text
    assert "23/11/2026" in text
    assert not {"Schema", "Took", "Verdict", "ago", "schemas"} & set(text.split())


def test_nothing_in_a_digest_is_active_or_leaves_its_line():
    evil = make_bad_record(reason="<script>alert(1)</script>\r\nBcc: x", todo="")
    digest = make_digest(make_night(schema="H\r\nR", state=State.FAILED, runs=(evil,)))

    html = render_html_page(
        digest.headline, digest.sections(), subject=digest.subject, colour=digest.colour
    )

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert digest.subject.splitlines() == [digest.subject]


@pytest.mark.parametrize("key", sorted(WORDS))
def test_both_languages_have_the_same_placeholders(key: str):
    english, spanish = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in WORDS[key]
    )

    assert english == spanish
