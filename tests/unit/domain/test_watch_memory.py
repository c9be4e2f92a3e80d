"""What is kept from one look to the next."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.status import Drills
from oracle_backup.domain.watch.alarm import Alarm, Kind, Level
from oracle_backup.domain.watch.memory import Memory, Told
from oracle_backup.domain.watch.subjects import Route
from oracle_backup.errors import IntegrityError
from support.watch import NOW, hours_ago

ALARM = Alarm(
    kind=Kind.LOST,
    level=Level.WARNING,
    database="erp",
    schema="HR",
    store="nas",
    place="c:/b",
    since=hours_ago(3),
    endangers=("erp/HR",),
)
TOLD = Told(route=Route("m", "me@example.com", "es"), alarms={ALARM.id: "warning||abc"}, mailed=NOW)
MEMORY = Memory(
    alarms={ALARM.id: ALARM},
    readers={"a@example.com": TOLD, "c@example.com": Told(route=Route()), "b@example.com": TOLD},
    drills={"erp/HR": Drills(passed=hours_ago(5)), "erp/X": Drills(first_good=hours_ago(9))},
)


def test_memory_survives_being_written_and_read():
    plain = json.loads(json.dumps(MEMORY.to_plain()))

    again = Memory.from_plain(plain)

    assert again == MEMORY
    assert again.alarms[ALARM.id] == ALARM
    assert Memory.from_plain(Memory().to_plain()) == Memory()


def test_readers_who_know_the_same_are_written_once():
    assert [one["to"] for one in MEMORY.to_plain()["readers"]] == [
        ["a@example.com", "b@example.com"],
        ["c@example.com"],
    ]


def test_what_somebody_was_told_of_an_alarm_that_is_not_there_is_left_out():
    plain = MEMORY.to_plain() | {"alarms": []}

    assert Memory.from_plain(plain).readers["a@example.com"].alarms == {}


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        "text",
        {},
        {"version": 2},
        MEMORY.to_plain() | {"alarms": [{"kind": "odd", "level": 1}]},
        MEMORY.to_plain() | {"alarms": [{"kind": "lost", "level": 7}]},
        MEMORY.to_plain() | {"alarms": [{"kind": "lost", "level": 1, "since": "2026-01-01"}]},
        MEMORY.to_plain()
        | {"readers": [{"to": ["x"], "route": ["a"], "told": {}, "mailed": None}]},
        MEMORY.to_plain() | {"drills": {"x": ["yesterday", None]}},
        MEMORY.to_plain() | {"drills": 3},
    ],
)
def test_what_is_no_memory_is_said_to_be_none(plain):
    with pytest.raises(IntegrityError, match="begins anew"):
        Memory.from_plain(plain)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(name=st.sampled_from(sorted(MEMORY.to_plain())), value=JSON)
def test_nothing_that_stands_there_raises_anything_else(name, value):
    with contextlib.suppress(IntegrityError):
        Memory.from_plain(MEMORY.to_plain() | {name: value})
