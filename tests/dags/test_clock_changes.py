"""
Nights of 23 and 25 hours: the timetable of a schema, as Airflow's scheduler asks it.

The scheduler asks when it has made a run, and again whenever the DAG is parsed: at any moment.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

import pendulum
import pytest
import yaml
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables import trigger
from airflow.timetables.base import TimeRestriction
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_backup.config.expected_age import PATIENCE, expected_age
from oracle_backup.config.load import parse_config
from oracle_backup.dag_parts import timetable
from oracle_backup.domain.names import BackupNames, NameShape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_backup.config.model import SchemaSettings

THREE_YEARS_DAYS = 3 * 366
RESTRICTION = TimeRestriction(earliest=None, latest=None, catchup=False)
PATH = Path("backups.yaml")

# Each with a time inside the hour that is skipped in spring and one inside the hour that comes
# twice in autumn. Lord Howe's clocks move by half an hour, Nuuk's, Cairo's and Santiago's at
# midnight, Troll's by two hours.
ZONES = {
    "Europe/Madrid": ("02:30", "02:30"),
    "America/New_York": ("02:30", "01:30"),
    "Australia/Lord_Howe": ("02:15", "01:45"),
    "America/Santiago": ("00:30", "23:30"),
    "Africa/Cairo": ("00:30", "23:30"),
    "America/Nuuk": ("23:30", "23:30"),
    "Antarctica/Troll": ("01:30", "01:30"),
}


def make_settings(schedule: str, zone: str) -> SchemaSettings:
    options = {
        "schedule": schedule,
        "timezone": zone,
        "host_conn_id": "host",
        "database_conn_id": "database",
        "login": {"connect_identifier": "ERP"},
        "environment": {"oracle_home": "/u01/home"},
        "export": {"directory": "BACKUP_DIR"},
        "store": {"conn_id": "store", "path": "/backups"},
        "mail": {"to": ["dba@example.com"]},
    }
    text = yaml.safe_dump({"databases": {"erp": {"schemas": {"HR": options}}}})
    (found,) = parse_config(text, path=PATH).schemas
    return found


class Scheduler:
    """Airflow's scheduler, as far as a timetable knows it."""

    def __init__(self, schedule: str, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._timetable = coerce_to_core_timetable(timetable(make_settings(schedule, zone)))
        self._last: Any = None

    def ask(self, now: datetime) -> Any:
        """Return what the timetable says at that moment."""
        real = trigger.utcnow
        trigger.utcnow = lambda: pendulum.instance(now)
        try:
            return self._timetable.next_dagrun_info(
                last_automated_data_interval=self._last, restriction=RESTRICTION
            )
        finally:
            trigger.utcnow = real

    def runs(
        self, start: datetime, days: int, *, random: Random | None = None
    ) -> Iterator[datetime]:
        """Yield the runs of so many days, asked after each and at a moment in between."""
        now = start
        while True:
            info = self.ask(now)
            if info.run_after < start:
                # The first run of all may be up to a tenth of the interval late.
                self.make_run(info)
                continue
            if random is not None and info.run_after > now and self._is_near_a_change(now):
                between = now + (info.run_after - now) * random.random()
                assert self.ask(between).run_after == info.run_after
            if info.run_after >= start + timedelta(days=days):
                return
            now = max(now, info.run_after) + timedelta(
                seconds=random.uniform(0, 60) if random else 1
            )
            yield self.make_run(info)

    def _is_near_a_change(self, now: datetime) -> bool:
        days = (now + timedelta(days=day) for day in (-2, 2))
        return len({day.astimezone(self._zone).utcoffset() for day in days}) > 1

    def make_run(self, info: Any) -> datetime:
        """Remember a run that the timetable wanted; return its time."""
        self._last = info.data_interval
        return info.run_after


def instants_of(day: date, at: time, zone: ZoneInfo) -> set[datetime]:
    """Return the instants that a clock shows this time: two where it is put back over it."""
    return {datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)}


def moved_instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the instant of a time that a clock skips that day, as if it had not; else None."""
    instant = datetime.combine(day, at, zone).astimezone(UTC)
    return None if instant.astimezone(zone).time() == at else instant


def offset_changes(zone: ZoneInfo, year: int) -> tuple[date, date]:
    """Return the days on which the clocks are put forward and back."""
    noons = [datetime(year, 1, 1, 12, tzinfo=zone) + timedelta(days=day) for day in range(366)]
    steps = [(later, later.utcoffset() - earlier.utcoffset()) for earlier, later in pairwise(noons)]
    (forward,) = [day.date() for day, step in steps if step > timedelta()]
    (back,) = [day.date() for day, step in steps if step < timedelta()]
    return forward, back


def local_days(start: datetime, count: int, zone: ZoneInfo) -> list[date]:
    first = start.astimezone(zone).date()
    return [first + timedelta(days=day) for day in range(count)]


def archive_of(run: datetime, shape: NameShape) -> str:
    names = BackupNames(database="erp", schema="HR", moment=run, generation=1, shape=shape)
    return names.archive


def check_daily(zone_name: str, at: time, *, start: date, days: int, random: Random) -> None:
    """Check that each day has its one run, when the clock shows the time, or would have."""
    zone = ZoneInfo(zone_name)
    schedule = f"{at.minute} {at.hour} * * *"
    # From noon to noon: each night is whole.
    noon = datetime.combine(start, time(12), zone).astimezone(UTC)

    runs = list(Scheduler(schedule, zone_name).runs(noon, days, random=random))

    first = noon.astimezone(zone).date() + timedelta(days=1 if at < time(12) else 0)
    assert days - 1 <= len(runs) <= days + 1
    for run, day in zip(runs, (first + timedelta(days=n) for n in range(len(runs))), strict=True):
        moved = moved_instant(day, at, zone)
        assert run in ({moved} if moved else instants_of(day, at, zone)), (run, day)
    gaps = [later - earlier for earlier, later in pairwise(runs)]
    allowed = expected_age(make_settings(schedule, zone_name))
    assert allowed is not None
    assert max(gaps) <= allowed - PATIENCE
    for shape in (NameShape(zone=zone_name), NameShape(zone=zone_name, archive="{local_time}")):
        archives = [
            BackupNames(database="erp", schema="HR", moment=run, generation=1, shape=shape).archive
            for run in runs
        ]
        assert archives == sorted(set(archives)), "sorted by name, they are in another order"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("which", ["forward", "back"])
def test_daily_schedule_inside_the_changed_hour_gives_one_run_that_night(
    zone: str, which: str
) -> None:
    clock = ZoneInfo(zone)
    forward, back = offset_changes(clock, 2027)
    index = 0 if which == "forward" else 1
    at = time.fromisoformat(ZONES[zone][index])
    changed = (forward, back)[index]
    start = datetime.combine(changed - timedelta(days=4), time(12), clock).astimezone(UTC)
    days = local_days(start, 8, clock)
    odd = [day for day in days if moved_instant(day, at, clock)]
    twice = [day for day in days if len(instants_of(day, at, clock)) == 2 and day not in odd]
    assert len(odd if which == "forward" else twice) == 1, "the time is outside the changed hour"

    runs = list(Scheduler(f"{at.minute} {at.hour} * * *", zone).runs(start, 8))

    assert len(runs) == 8
    assert len({run.astimezone(clock).strftime("%x %X") for run in runs}) == 8
    gaps = {later - earlier for earlier, later in pairwise(runs)}
    assert timedelta(hours=22) <= min(gaps) < max(gaps) <= timedelta(hours=26)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("schedule", ["*/30 * * * *", "@hourly", "15 * * * *"])
def test_schedule_of_every_hour_goes_on_evenly_through_both_nights(
    zone: str, schedule: str
) -> None:
    clock = ZoneInfo(zone)
    step = timedelta(minutes=30 if schedule.startswith("*/30") else 60)
    shape = NameShape(zone=zone, archive="{local_time}")

    for changed in offset_changes(clock, 2027):
        start = datetime.combine(changed - timedelta(days=1), time(12), clock).astimezone(UTC)
        runs = list(Scheduler(schedule, zone).runs(start, 2))

        gaps = {later - earlier for earlier, later in pairwise(runs)}
        assert max(gaps) == step
        # Where clocks move by half an hour, one step of the night is a half one.
        assert min(gaps) >= timedelta(minutes=30)
        named = {archive_of(run, shape) for run in runs}
        assert len(named) == len(runs), "two runs of the doubled hour share a name"


EVERYTHING = {
    "zone": st.sampled_from(sorted(available_timezones())) | st.sampled_from(sorted(ZONES)),
    "at": st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
    | st.builds(time, st.sampled_from([0, 1, 2, 3, 23]), st.sampled_from([0, 15, 30, 45])),
    "start": st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    "seed": st.integers(0, 2**32),
}


@settings(max_examples=6)
@given(**EVERYTHING)
def test_daily_schedule_gives_one_run_for_each_day_of_three_years(
    zone: str, at: time, start: date, seed: int
) -> None:
    check_daily(zone, at, start=start, days=THREE_YEARS_DAYS, random=Random(seed))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=150)
@given(**EVERYTHING)
def test_daily_schedule_gives_one_run_for_each_day_of_three_years_in_many_zones(
    zone: str, at: time, start: date, seed: int
) -> None:
    check_daily(zone, at, start=start, days=THREE_YEARS_DAYS, random=Random(seed))


@settings(max_examples=10)
@given(
    zone=st.sampled_from(sorted(ZONES)),
    at=st.builds(time, st.sampled_from([0, 1, 2, 3, 23]), st.sampled_from([0, 15, 30, 45])),
    seed=st.integers(0, 2**32),
)
def test_airflow_that_was_away_runs_no_day_twice(zone: str, at: time, seed: int) -> None:
    random = Random(seed)
    clock = ZoneInfo(zone)
    scheduler = Scheduler(f"{at.minute} {at.hour} * * *", zone)
    now = datetime(2027, 1, 1, 12, tzinfo=UTC)
    runs: list[datetime] = []

    while now < datetime(2028, 1, 1, tzinfo=UTC):
        info = scheduler.ask(now)
        if info.run_after <= now:
            runs.append(scheduler.make_run(info))
        else:
            now += timedelta(hours=random.uniform(0.1, 60))

    assert len(runs) > 100
    gaps = [later - earlier for earlier, later in pairwise(runs)]
    assert min(gaps) >= timedelta(hours=22)
    days = [(run - timedelta(hours=2)).astimezone(clock).date() for run in runs]
    assert len(set(days)) >= len(days) - 1
