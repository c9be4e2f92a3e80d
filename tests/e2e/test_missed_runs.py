"""Runs for missed days: as of their time where undo reaches it, else skipped or joined."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from lab.stage import Lab
from support.backups import Backups, Outcome
from support.past_days import TABLE, PastDays, last_days

DAY = timedelta(days=1)
UNDO = timedelta(days=2, hours=12)
MINUTES = itertools.count()
SHORT_UNDO = timedelta(minutes=30)


@pytest.fixture
def past(lab: Lab) -> Iterator[PastDays]:
    """Five days on each of which the table grew; undo reaches over the last two and a half."""
    # Airflow's database is the same for all tests, and has one run for a time.
    past = PastDays(lab, last_days(5, minute=next(MINUTES)))
    past.make()
    past.keep_undo(UNDO)
    yield past
    past.forget()
    past.keep_undo(SHORT_UNDO)


def make_up(backups: Backups, day: datetime, **options: object) -> Outcome:
    """Run for a past day, as a person asks for it in the trigger form."""
    return backups.run("HR", moment=day, asked=datetime.now(UTC), **options)


def rows_of(manifest: dict) -> int:
    return next(one["rows"] for one in manifest["tables"] if one["table"] == TABLE)


def said_in(outcome: Outcome) -> str:
    """Return the mail's text as one line."""
    return " ".join(outcome.mail_text.split())


def stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def test_missed_day_within_undo_is_exported_as_of_its_time(backups: Backups, past: PastDays):
    day = past.days[-2]

    outcome = make_up(backups, day)

    assert outcome.state == "success", outcome.mail_text
    manifest = outcome.manifest
    assert datetime.fromisoformat(manifest["scheduled_time"]) == day
    assert datetime.fromisoformat(manifest["snapshot_time"]) == day
    assert manifest["snapshot_scn"]
    assert datetime.fromisoformat(manifest["export_started"]) > day + DAY
    assert rows_of(manifest) == past.rows_at(day) == past.rows_now - 1
    assert outcome.archives[0].name == f"HR-{stamp(day)}.7z"
    assert "It exports the data as of that time." in said_in(outcome)


def test_missed_day_beyond_undo_is_skipped_red_and_told(backups: Backups, past: PastDays, lab: Lab):
    outcome = make_up(backups, past.days[0])

    assert outcome.state == "failed"
    assert outcome.tasks["preflight"] == "skipped"
    assert outcome.tasks["export"] == "skipped"
    assert (outcome.archives, list(lab.paths.dumps.glob("HR-*"))) == ((), [])
    assert "undo reaches back 60 h" in said_in(outcome)
    assert "missed: skip" in said_in(outcome)


def test_missed_days_beyond_undo_are_made_up_for_once(backups: Backups, past: PastDays):
    first = make_up(backups, past.days[0], missed="now")
    second = make_up(backups, past.days[1], missed="now")

    assert first.state == "success"
    manifest = first.manifest
    assert first.archives[0].name == f"HR-{stamp(past.days[0])}.7z"
    assert datetime.fromisoformat(manifest["scheduled_time"]) == past.days[0]
    assert datetime.now(UTC) - datetime.fromisoformat(manifest["snapshot_time"]) < 0.1 * DAY
    assert rows_of(manifest) == past.rows_now
    assert second.state == "failed"
    assert second.archives == first.archives
    assert "There is a good backup as of" in said_in(second)


def test_retention_goes_by_what_the_data_show_not_by_when_they_were_exported(
    backups: Backups, past: PastDays
):
    """Of two kept, the day made up for last is the oldest."""
    retention = {"keep_last": 2}
    days = past.days[-2:]
    for day in reversed(days):
        assert make_up(backups, day, retention=retention).state == "success"
    newest = backups.run("HR", retention=retention)

    assert newest.state == "success"
    kept = {path.name for path in newest.archives}
    assert len(kept) == 2
    assert f"HR-{stamp(days[0])}.7z" not in kept
    assert f"HR-{stamp(days[1])}.7z" in kept


@pytest.mark.parametrize(("policy", "state"), [("skip", "skipped"), ("now", "success")])
def test_scheduled_run_that_is_too_late_was_missed(
    backups: Backups, past: PastDays, monkeypatch: pytest.MonkeyPatch, policy: str, state: str
):
    """Airflow was stopped over night; in this process there are no scheduled runs to be had."""
    monkeypatch.setattr("oracle_backup.operators.preflight.find_missed", as_if_scheduled)

    outcome = make_up(backups, past.days[-1], missed=policy)

    assert outcome.tasks["preflight"] == state
    if policy == "skip":
        assert "too late to start (start_late_limit)" in said_in(outcome)
    else:
        assert rows_of(outcome.manifest) == past.rows_at(past.days[-1])


def as_if_scheduled(**facts: object) -> object:
    from oracle_backup.domain.missed import find_missed

    return find_missed(**{**facts, "run_type": "scheduled"})
