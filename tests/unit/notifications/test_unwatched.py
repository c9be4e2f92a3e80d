"""The net under the watchdog: that its own run failed is told, and not each time."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_backup.domain.watch.letters import Reader
from oracle_backup.domain.watch.subjects import Route
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.notifications.unwatched import mail_unwatched

READERS = (
    Reader(address="dba@example.com", route=Route(), schemas=None),
    Reader(address="boss@example.com", route=Route(), schemas=None),
    Reader(address="jefe@example.com", route=Route(language="es"), schemas=None),
)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be mailed; SMTP itself is tested elsewhere."""
    mails: list[Any] = []
    monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
    monkeypatch.setattr(ReportMailHook, "send", lambda _, message: mails.append(message))
    return mails


def tell(before: tuple[str, datetime | None] | None, *, moment: datetime | None = NOON) -> None:
    previous = None if before is None else SimpleNamespace(state=before[0], logical_date=before[1])
    mail_unwatched(readers=READERS, timezone="Europe/Madrid")(
        {
            "dag_run": SimpleNamespace(run_id="run_7", logical_date=moment, run_after=NOON),
            "ti": SimpleNamespace(get_previous_dagrun=lambda: previous),
            "reason": "task_failure",
        }
    )


@pytest.mark.parametrize(
    ("before", "count"),
    [
        (None, 2),
        (("success", NOON.replace(hour=11)), 2),
        (("failed", NOON.replace(day=22)), 2),
        (("failed", None), 2),
        (("failed", NOON.replace(hour=11)), 0),
    ],
    ids=["first run", "was green", "since yesterday", "by hand", "already told"],
)
def test_failure_is_told_when_it_begins_and_once_a_day(
    sent: list[Any], before: tuple[str, datetime | None] | None, count: int
):
    tell(before)

    assert len(sent) == count


def test_mail_says_what_and_what_to_do_in_the_reader_s_language(sent: list[Any]):
    tell(None, moment=None)

    english, spanish = sent
    assert english["Subject"].startswith("[Oracle backup] WATCHDOG FAILED")
    assert english["To"] == "dba@example.com, boss@example.com"
    assert spanish["To"] == "jefe@example.com"
    text = english.get_body(("plain",)).get_content()
    assert "run_7" in text
    assert "2026-11-23 13:00 Europe/Madrid" in text
    assert "python -m oracle_backup status" in text
    assert "vigilante" in spanish.get_body(("html",)).get_content()


def test_mail_that_fails_here_too_raises_nothing_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def refuse(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(ReportMailHook, "sender", refuse)

    tell(None)

    assert "this mail about it too" in caplog.text
    assert "run_7" in caplog.text
