"""Who is told what, and when?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.status import Drills
from oracle_backup.domain.watch.alarm import Alarm, Kind, Level
from oracle_backup.domain.watch.judge import Look
from oracle_backup.domain.watch.letters import Cause, after_look, plan_letters, readers_of
from oracle_backup.domain.watch.memory import Memory
from oracle_backup.domain.watch.subjects import Route
from support.watch import DAY, DBA, NOW, hours_ago, make_watched, make_watched_schema

BOSS = "boss@example.com"
HALF_AN_HOUR = timedelta(minutes=30)


def old(schema="HR", *, state="", level=Level.CRITICAL, **changes):
    return Alarm(
        kind=Kind.TOO_OLD,
        level=level,
        database="erp",
        schema=schema,
        state=state,
        facts={"age": DAY},
        endangers=(f"erp/{schema}",) if level is Level.CRITICAL else (),
        **changes,
    )


def store(**changes):
    return Alarm(kind=Kind.SILENT, level=Level.WARNING, store="nas", place="c:/b", **changes)


class Watch:
    """Looks one after the other, each half an hour after the one before."""

    def __init__(self, *schemas, remind_after=DAY, **changes):
        self.watched = make_watched(*schemas, **changes)
        self.memory = Memory()
        self.now = NOW
        self.remind_after = remind_after

    def look(self, *alarms, later=HALF_AN_HOUR, refused=(), **changes):
        """Return the letters of a look that finds these alarms."""
        found = Look(statuses=(), alarms=alarms, **changes)
        readers = readers_of(self.watched, self.memory)
        self.memory = after_look(self.memory, found, readers, now=self.now)
        letters = plan_letters(
            self.memory,
            found,
            readers,
            schemas=[one.key for one in self.watched.schemas],
            remind_after=self.remind_after,
            now=self.now,
        )
        for letter in letters:
            reached = tuple(one for one in letter.to if one not in refused)
            self.memory = self.memory.told(reached, letter.told, now=self.now)
        # What is kept survives being written and read.
        self.memory = Memory.from_plain(self.memory.to_plain())
        self.now += later
        return letters


def test_nothing_wrong_is_no_mail():
    assert Watch().look() == ()


def test_new_alarm_is_told_once():
    watch = Watch()

    (letter,) = watch.look(old())
    again = watch.look(old())

    assert (letter.cause, letter.to) == (Cause.CHANGE, (DBA,))
    assert [one.id for one in letter.new] == [old().id]
    assert letter.changed == letter.standing == letter.over == letter.unseen == ()
    assert letter.endangered == ("erp/HR",)
    assert letter.schemas == ("erp/HR",)
    assert again == ()


def test_alarm_that_changes_is_told_once_more():
    watch = Watch()
    watch.look(old())

    (letter,) = watch.look(old(state="worse"))

    assert [one.state for one in letter.changed] == ["worse"]
    assert watch.look(old(state="worse")) == ()


def test_alarm_beside_one_that_stands_is_told_with_it():
    watch = Watch()
    watch.look(old())

    (letter,) = watch.look(old(), store())

    assert [one.kind for one in letter.new] == [Kind.SILENT]
    assert [one.kind for one in letter.standing] == [Kind.TOO_OLD]


def test_alarm_that_is_over_is_told_and_the_last_one_is_the_all_clear():
    watch = Watch()
    watch.look(old(), store())

    (first,) = watch.look(store())
    (last,) = watch.look()

    assert (first.cause, [one.kind for one in first.over]) == (Cause.CHANGE, [Kind.TOO_OLD])
    assert (last.cause, [one.kind for one in last.over]) == (Cause.CLEAR, [Kind.SILENT])
    assert last.alarms == ()
    assert watch.look() == ()


def test_what_stands_is_told_again_after_a_while_counted_from_the_last_mail():
    watch = Watch(remind_after=timedelta(hours=2))
    watch.look(old())

    causes = [[one.cause for one in watch.look(old())] for _ in range(8)]

    nothing, reminder = [], [Cause.REMINDER]
    assert causes == [nothing, nothing, nothing, reminder, nothing, nothing, nothing, reminder]


def test_since_is_what_the_backups_tell_or_when_it_was_first_seen():
    watch = Watch()
    (letter,) = watch.look(old(since=hours_ago(9)), store())
    (again,) = watch.look(old(since=hours_ago(9)), store(state="other"))

    assert [one.since for one in letter.new] == [hours_ago(9), NOW]
    assert again.changed[0].since == NOW


def test_since_outlives_a_mail_that_was_refused():
    watch = Watch()
    watch.look(store(), refused=[DBA])

    (letter,) = watch.look(store())

    assert [one.kind for one in letter.new] == [Kind.SILENT]
    assert letter.new[0].since == NOW


def test_since_outlives_a_refused_mail_and_a_look_that_could_not_see():
    watch = Watch()
    watch.look(old(), refused=[DBA])
    watch.look(unseen=frozenset({"erp/HR"}))

    (letter,) = watch.look(old())

    assert letter.new[0].since == NOW


def test_refused_all_clear_is_told_by_the_next_look():
    watch = Watch()
    watch.look(old())
    watch.look(refused=[DBA])

    (letter,) = watch.look()

    assert letter.cause is Cause.CLEAR
    assert [one.id for one in letter.over] == [old().id]
    assert watch.look() == ()


def test_only_whom_a_mail_did_not_reach_gets_it_again():
    watch = Watch(make_watched_schema(to=(DBA, BOSS)))
    (letter,) = watch.look(old(), refused=[BOSS])

    (again,) = watch.look(old())

    assert (letter.to, again.to) == ((DBA, BOSS), (BOSS,))


def test_mail_that_is_made_again_has_the_same_number_and_another_has_not():
    watch = Watch()
    (first,) = watch.look(old(), refused=[DBA])
    (again,) = watch.look(old())
    watch.look()
    (later,) = watch.look(old())

    assert first.number == again.number != later.number


def test_each_is_told_of_his_schemas_and_everybody_of_stores_and_config():
    watch = Watch(
        make_watched_schema("HR", to=(DBA,)), make_watched_schema("SALES", to=(BOSS, DBA))
    )

    both, one = watch.look(old("SALES"), old("HR"), store())

    assert (both.to, one.to) == ((DBA,), (BOSS,))
    assert [alarm.id for alarm in both.new] == [old("SALES").id, old("HR").id, store().id]
    assert [alarm.id for alarm in one.new] == [old("SALES").id, store().id]
    assert (both.schemas, one.schemas) == (("erp/HR", "erp/SALES"), ("erp/SALES",))


@pytest.mark.parametrize("kind", [Kind.BROKEN, Kind.DROPPED])
def test_schemas_the_config_does_not_back_up_are_told_to_everybody(kind):
    watch = Watch()
    alarm = Alarm(kind=kind, level=Level.CRITICAL, database="erp", schema="X", endangers=("erp/X",))

    (letter,) = watch.look(alarm)

    assert letter.new[0].id == alarm.id


def test_schema_in_danger_counts_among_those_of_who_is_told_of_it():
    watch = Watch(make_watched_schema("HR", to=(DBA,)), make_watched_schema("SALES", to=(BOSS,)))

    letters = watch.look(store(endangers=("erp/HR",)))

    assert {one.to: one.schemas for one in letters} == {
        (DBA,): ("erp/HR",),
        (BOSS,): ("erp/HR", "erp/SALES"),
    }


def test_those_who_are_told_the_same_share_a_mail_and_another_language_is_another():
    english, spanish = Route(), Route(language="es")
    watch = Watch(
        make_watched_schema("HR", to=(DBA, BOSS), route=english),
        make_watched_schema("SALES", to=("jefe@example.com", DBA), route=spanish),
    )

    letters = watch.look(store())

    routes = {one.to: one.route for one in letters}
    assert routes == {
        (DBA,): english,
        (BOSS,): english,
        ("jefe@example.com",): spanish,
    } or routes == {(DBA, BOSS): english, ("jefe@example.com",): spanish}


def test_recipients_of_the_watchdog_s_own_get_everything():
    watch = Watch(to=("watch@example.com", "watch@example.com"))

    (letter,) = watch.look(old())

    assert letter.to == ("watch@example.com",)
    assert letter.route == watch.watched.schemas[0].route


def test_unreadable_config_is_told_to_those_who_were_told_before_in_their_language():
    spanish = Route(language="es")
    watch = Watch(make_watched_schema(route=spanish))
    watch.look(old())
    watch.watched = replace(watch.watched, schemas=(), unreadable="no YAML")
    config = Alarm(kind=Kind.CONFIG, level=Level.CRITICAL)

    (letter,) = watch.look(config, is_config_read=False)

    assert (letter.to, letter.route) == ((DBA,), spanish)
    assert [one.kind for one in letter.new] == [Kind.CONFIG]
    assert [one.kind for one in letter.unseen] == [Kind.TOO_OLD]
    assert letter.endangered == ("erp/HR",)
    assert watch.look(config, is_config_read=False) == ()


def test_watchdog_s_recipients_keep_their_language_while_all_entries_are_wrong():
    spanish = Route(language="es")
    watch = Watch(make_watched_schema(route=spanish), to=(BOSS,))
    watch.look()
    watch.watched = replace(watch.watched, schemas=())
    known = readers_of(watch.watched, watch.memory)
    unknown = readers_of(watch.watched, Memory())

    assert (known[0].route, unknown[0].route) == (spanish, Route())


def test_nobody_is_known_where_nobody_was_ever_named():
    assert readers_of(make_watched(schemas=()), Memory()) == ()


def test_what_can_t_be_looked_at_is_neither_over_nor_forgotten_and_is_reminded_of():
    watch = Watch(remind_after=timedelta(hours=1))
    watch.look(old(since=hours_ago(9)))
    unseen = {"unseen": frozenset({"erp/HR"})}

    (letter,) = watch.look(store(), **unseen)
    nothing = watch.look(store(), **unseen)
    (reminder,) = watch.look(store(), **unseen)
    (back,) = watch.look(old(since=hours_ago(9)))

    assert [one.since for one in letter.unseen] == [hours_ago(9)]
    assert nothing == ()
    assert reminder.cause is Cause.REMINDER
    assert [one.kind for one in back.standing] == [Kind.TOO_OLD]
    assert [one.kind for one in back.over] == [Kind.SILENT]


def test_somebody_new_is_told_what_stands_and_the_others_nothing():
    watch = Watch()
    watch.look(old())
    watch.watched = make_watched(make_watched_schema(to=(DBA, BOSS)))

    (letter,) = watch.look(old())

    assert (letter.to, [one.id for one in letter.new]) == ((BOSS,), [old().id])


def test_somebody_who_is_told_no_more_is_forgotten():
    watch = Watch(make_watched_schema(to=(DBA, BOSS)))
    watch.look(old())
    watch.watched = make_watched(make_watched_schema(to=(DBA,)))
    watch.look(old())

    assert list(watch.memory.readers) == [DBA]


def test_alarm_that_is_not_for_him_any_more_is_no_news():
    schemas = [make_watched_schema("HR", to=(DBA, BOSS)), make_watched_schema("CRM", to=(BOSS,))]
    watch = Watch(*schemas)
    watch.look(old())
    watch.watched = make_watched(make_watched_schema("HR", to=(DBA,)), schemas[1])

    assert watch.look(old()) == ()


def test_drills_are_kept_while_the_config_can_t_be_read():
    watch = Watch()
    known = {"erp/HR": Drills(first_good=hours_ago(9))}
    watch.look(drills=known)
    watch.look(is_config_read=False)

    assert watch.memory.drills == known


# Alarms by small numbers; a second number is how bad each is.
FINDINGS = st.dictionaries(st.integers(0, 3), st.integers(0, 2), max_size=3)
LOOKS = st.lists(
    st.tuples(FINDINGS, st.integers(1, 90).map(lambda n: timedelta(minutes=n)), st.booleans()),
    max_size=25,
)


@given(looks=LOOKS, remind=st.integers(1, 300).map(lambda n: timedelta(minutes=n)))
def test_each_change_is_told_exactly_once_whatever_happens(looks, remind):
    watch = Watch(remind_after=remind, to=(DBA,))
    known: dict[str, str] = {}
    last_mail = None
    for findings, later, is_refused in looks:
        alarms = [old(f"S{number}", state=str(state)) for number, state in findings.items()]
        now = {one.id: one.condition for one in alarms}
        moment = watch.now

        letters = watch.look(*alarms, later=later, refused=[DBA] if is_refused else ())

        assert len(letters) <= 1
        if not letters:
            # Silence means that he knows everything, and needs no reminder.
            assert now == known
            assert not known or moment - last_mail < remind
            continue
        (letter,) = letters
        assert {one.id for one in letter.new} == now.keys() - known.keys()
        assert {one.id for one in letter.over} == known.keys() - now.keys()
        assert {one.id for one in letter.changed} == {
            name for name in now.keys() & known.keys() if now[name] != known[name]
        }
        if letter.cause is Cause.REMINDER:
            assert now == known != {}
            assert moment - last_mail >= remind
        else:
            assert now != known
            assert (letter.cause is Cause.CLEAR) == (not now)
        if not is_refused:
            known, last_mail = now, moment
