"""How a mail about alarms reads, in both languages."""

from __future__ import annotations

import re
import string
from datetime import timedelta

import pytest

from oracle_backup.domain.report.html_page import FAILURE, SUCCESS, WARNING, render_html_page
from oracle_backup.domain.report.text_page import render_text_page
from oracle_backup.domain.status import StoreView
from oracle_backup.domain.watch.alarm import Alarm, Kind, Level
from oracle_backup.domain.watch.english import ENGLISH
from oracle_backup.domain.watch.judge import judge
from oracle_backup.domain.watch.letters import Cause, Letter
from oracle_backup.domain.watch.page import MOST_IN_FULL, MOST_LINES, build_page
from oracle_backup.domain.watch.spanish import SPANISH
from oracle_backup.domain.watch.subjects import BrokenEntry, Route, StoreAnswer, StoreSilence
from oracle_backup.domain.watch.words import Speech
from support.watch import (
    DAY,
    NAS,
    NOW,
    OFF,
    good,
    hours_ago,
    make_aged,
    make_answer,
    make_drill,
    make_watched,
    make_watched_schema,
)


def every_alarm():
    """Return one alarm at least of every kind and phrase, as looks find them."""
    two = make_watched_schema(stores=(NAS, OFF))
    failed = make_drill(1, result="failed", reason="ORA-39083: object type failed")
    views = {
        "too old": StoreView.of([make_aged(50)]),
        "never": StoreView(),
        "none good": StoreView.of([make_aged(50, verified=None)]),
        "incomplete": StoreView.of([make_aged(5), make_aged(2, verdict="incomplete")]),
        "future": StoreView.of([make_aged(-3)]),
        "lost": StoreView.of([make_aged(3)], lost=["a.7z", "b.7z"]),
        "damaged": StoreView.of([make_aged(3), make_aged(9, damage="CRC", verified=None)]),
        "failed drill": StoreView.of([make_aged(3, drills=(failed,))]),
        "no drill": StoreView.of([make_aged(3), make_aged(90)]),
        "old drill": StoreView.of([make_aged(3, drills=(make_drill(80),))]),
    }
    drilled = make_watched(make_watched_schema(max_drill_age=2 * DAY))
    looks = [
        judge(drilled, {NAS.place: make_answer({"HR": view})}, now=NOW) for view in views.values()
    ]
    for behind in (StoreView(), StoreView.of([make_aged(50)])):
        answers = {NAS.place: make_answer({"HR": good()}), OFF.place: make_answer({"HR": behind})}
        looks.append(judge(make_watched(two), answers, now=NOW))
    broken = BrokenEntry(database="erp", schema="SALES", problems=("databases.erp: wrong",))
    answers = {
        NAS.place: StoreSilence(error="Cannot reach it."),
        OFF.place: make_answer({"HR": good(), "OLD": good()}, unreadable=3),
    }
    watched = make_watched(two, broken=(broken,), section_problems=("watchdog.to: wrong",))
    looks.append(judge(watched, answers, now=NOW))
    looks.append(judge(make_watched(unreadable="It is no YAML."), {}, now=NOW))
    return [alarm for look in looks for alarm in look.alarms]


ALARMS = every_alarm()


def make_letter(**changes):
    values = {
        "cause": Cause.CHANGE,
        "route": Route(),
        "to": ("dba@example.com",),
        "new": (),
        "changed": (),
        "standing": (),
        "unseen": (),
        "over": (),
        "schemas": ("erp/HR", "erp/SALES"),
        "told": {},
    }
    return Letter(**(values | changes))


def page_of(letter, *, language="en", **changes):
    values = {"now": NOW, "remind_after": DAY, "run_url": ""} | changes
    return build_page(letter, speech=Speech(language, "Europe/Madrid"), **values)


def text_of(letter, **changes):
    page = page_of(letter, **changes)
    return render_text_page(page.headline, page.sections)


def first(kind):
    return next(one for one in ALARMS if one.kind is kind)


def test_looks_find_every_kind_of_alarm():
    assert {one.kind for one in ALARMS} == set(Kind)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_alarm_says_what_and_what_to_do_with_nothing_left_to_fill_in(language):
    speech = Speech(language)
    for alarm in ALARMS:
        for said in (speech.title(alarm), speech.what(alarm), speech.todo(alarm)):
            assert len(said) > 5
            assert not set("{}") & set(said)


def test_both_languages_have_the_same_sentences_with_the_same_facts():
    assert set(ENGLISH) == set(SPANISH)
    for name, english in ENGLISH.items():
        assert fields(english) == fields(SPANISH[name]), name
    same = {name for name in ENGLISH if ENGLISH[name] == SPANISH[name]}
    assert same == {"mail warning"}


def fields(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_about_an_alarm_is_used():
    phrases = {f"{one.kind}.{one.phrase}" if one.phrase else one.kind.value for one in ALARMS}
    written = {name.split()[0] for name in ENGLISH} - {"mail", "verdict"}

    assert written == phrases | {kind.value for kind in Kind}


def test_unknown_language_is_english():
    assert Speech("fr").title(first(Kind.LAGS)) == Speech("en").title(first(Kind.LAGS))
    assert Speech("fr", "UTC").instant(NOW) == "2026-11-23 12:00 UTC"


def test_times_are_those_of_the_zone_and_written_as_the_language_has_it():
    assert Speech("en", "Europe/Madrid").instant(NOW) == "2026-11-23 13:00 Europe/Madrid"
    assert Speech("es", "Europe/Madrid").instant(NOW) == "23/11/2026 13:00 Europe/Madrid"


def test_verdict_is_translated_and_an_odd_one_is_left():
    incomplete = first(Kind.NOT_COMPLETE)
    odd = Alarm(kind=Kind.NOT_COMPLETE, level=Level.WARNING, facts={"verdict": "odd"})

    assert Speech("es").what(incomplete) == "el último backup está incompleto"
    assert Speech("es").what(odd) == "el último backup está odd"


def test_first_line_and_subject_say_how_many_schemas_are_in_danger_and_which():
    page = page_of(make_letter(new=(first(Kind.TOO_OLD), first(Kind.LOST))))

    assert page.subject == "[Oracle backup] ALARM: 1 of 2 schemas in danger: erp/HR"
    assert page.headline == "1 of 2 schemas in danger: erp/HR."
    assert page.colour == FAILURE


def test_many_schemas_are_counted_and_the_first_are_named():
    keys = tuple(f"erp/S{number:02}" for number in range(14))
    alarm = Alarm(
        kind=Kind.SILENT,
        level=Level.CRITICAL,
        store="nas",
        facts={"store": "nas", "error": "away"},
        endangers=keys,
    )
    page = page_of(make_letter(new=(alarm,), schemas=keys))

    assert page.subject.endswith(
        "14 of 14 schemas in danger: erp/S00, erp/S01, erp/S02 and 11 more"
    )
    assert page.headline.endswith("erp/S09 and 4 more.")


def test_without_danger_it_is_a_warning_about_what():
    page = page_of(make_letter(changed=(first(Kind.LOST), first(Kind.UNREADABLE))))

    assert page.subject == "[Oracle backup] WARNING: erp/HR, store off"
    assert page.headline == "No schema is in danger, but look at: erp/HR, store off."
    assert page.colour == WARNING


def test_reminder_and_all_clear_say_so():
    reminder = page_of(make_letter(cause=Cause.REMINDER, standing=(first(Kind.TOO_OLD),)))
    clear = page_of(make_letter(cause=Cause.CLEAR, over=(first(Kind.TOO_OLD),)))

    assert reminder.subject.startswith("[Oracle backup] STILL: 1 of 2")
    assert clear.subject == "[Oracle backup] ALL CLEAR: nothing is wrong any more"
    assert clear.headline.startswith("All clear")
    assert clear.colour == SUCCESS


def test_unreadable_config_is_the_first_thing_said():
    page = page_of(make_letter(new=(first(Kind.CONFIG),), unseen=(first(Kind.TOO_OLD),)))

    assert "config file can't be read" in page.headline
    assert "config file can't be read" in page.subject


def test_each_alarm_says_since_when_what_and_what_to_do():
    text = text_of(
        make_letter(
            new=(first(Kind.TOO_OLD),),
            changed=(first(Kind.LAGS),),
            standing=(first(Kind.SILENT),),
        ),
        run_url="https://airflow.example/run",
    )

    assert "ERP/HR: NEWEST GOOD BACKUP TOO OLD (NEW)" in text
    assert "What: the newest good backup is 2 d 2 h old, at most 1 d is expected" in text
    assert "What to do: Open oracle_backup__erp__HR in Airflow" in text
    assert re.search(r"Since +2026-11-22 11:00 Europe/Madrid", text)
    assert "(CHANGED)" in text
    assert "STORE NAS: STORE NOT REACHABLE (STILL)" in text
    assert "https://airflow.example/run" in text
    assert "2026-11-23 13:00" in text


def test_alarm_that_could_not_be_looked_at_says_so_with_what_is_known():
    alarm = Alarm(
        kind=Kind.TOO_OLD,
        level=Level.CRITICAL,
        database="erp",
        schema="HR",
        since=hours_ago(5),
        endangers=("erp/HR",),
    )

    text = text_of(make_letter(new=(first(Kind.SILENT),), unseen=(alarm,)))

    assert "TOO OLD (COULD NOT BE LOOKED AT NOW)" in text
    assert "1 of 2 schemas in danger: erp/HR." in text


def test_what_is_over_is_named_in_a_line():
    known = Alarm(kind=Kind.LOST, level=Level.WARNING, database="erp", schema="HR")

    text = text_of(make_letter(new=(first(Kind.SILENT),), over=(known,)))

    assert "OVER NOW\n  erp/HR: archives gone or changed" in text


def test_first_look_of_an_alarm_since_when_nobody_knows():
    alarm = Alarm(
        kind=Kind.UNREADABLE,
        level=Level.WARNING,
        store="nas",
        facts={"store": "nas", "count": 1},
    )

    assert "Since" not in text_of(make_letter(new=(alarm,)))


def test_hundreds_of_alarms_are_counted_and_no_mail_grows_without_end():
    alarms = tuple(
        Alarm(
            kind=Kind.DROPPED,
            level=Level.WARNING,
            database="erp",
            schema=f"S{number}",
            store="nas",
            facts=first(Kind.DROPPED).facts,
        )
        for number in range(MOST_IN_FULL + MOST_LINES + 60)
    )

    page = page_of(make_letter(new=alarms, over=alarms))

    assert len(page.sections) == MOST_IN_FULL + 3
    assert [len(one.lines) for one in page.sections[-3:-1]] == [MOST_LINES + 1, MOST_LINES + 1]
    assert page.sections[-3].lines[-1] == "… and 60 more"


def test_spanish_mail_is_spanish():
    page = page_of(make_letter(new=(first(Kind.NO_BACKUP),)), language="es")

    assert page.subject == "[Oracle backup] ALARMA: 1 de 2 esquemas en peligro: erp/HR"
    assert "nunca se ha hecho un backup" in render_text_page(page.headline, page.sections)


def test_names_of_others_neither_break_the_head_nor_become_html():
    odd = StoreAnswer(
        location="sftp://x", views={("erp", "<b>X</b>\r\nBcc: evil@example.com", "<i>"): good()}
    )
    found = judge(make_watched(), {NAS.place: odd}, now=NOW)
    letter = make_letter(new=tuple(one for one in found.alarms if one.kind is Kind.DROPPED))

    page = page_of(letter)

    assert len(page.subject.splitlines()) == 1
    html = render_html_page(page.headline, page.sections, subject=page.subject, colour=page.colour)
    assert "<b>X" not in html
    assert "<i>" not in html
    assert "\nBcc" not in render_text_page(page.headline, page.sections)


def test_reasons_name_the_stores_that_said_nothing():
    (status,) = judge(make_watched(), {NAS.place: StoreSilence(error="away")}, now=NOW).statuses

    assert Speech("es").reasons(status) == (
        "no se pudo preguntar a ninguno de sus almacenes",
        "no se pudo preguntar al almacén nas",
    )


def test_span_is_written_in_its_two_largest_units():
    text = text_of(make_letter(new=(first(Kind.LAGS),)), remind_after=timedelta(hours=26))

    assert "after 1 d 2 h while something stands" in text
