"""The digest: who is told of what, and never twice."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_backup.domain.digest.night import SchemaNight, State
from oracle_backup.domain.digest.record import RunRecord
from oracle_backup.domain.report.model import PastRun
from oracle_backup.errors import MailRefusedError, MailUnreachableError
from oracle_backup.hooks.mail import ReportMailHook
from oracle_backup.operators import digest as digest_module
from oracle_backup.operators.digest import DigestLetter, DigestOperator, DigestSchema
from oracle_backup.operators.run_records import keep_run, read_runs, runs_asset
from support.asset_stores import FakeAssetStores
from support.digests import make_bad_record, make_record

BOSS, DBA = "boss@example.com", "dba@example.com"
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


class Airflow:
    """What the digest asks Airflow for."""

    def __init__(self) -> None:
        self.stores = FakeAssetStores()
        self.running: set[str] = set()
        self.paused: set[str] = set()

    def context(self, run_id: str) -> dict[str, Any]:
        return {
            "asset_state_store": self.stores,
            "dag_run": SimpleNamespace(run_id=run_id),
            "ti": SimpleNamespace(
                get_dr_count=lambda *, dag_id, states: int(dag_id in self.running),
                get_dag=lambda dag_id: SimpleNamespace(is_paused=dag_id in self.paused),
            ),
        }

    def report(self, schema: str, record: RunRecord) -> None:
        """Let a run of a schema end."""
        keep_run(self.context("any"), runs_asset(database="erp", schema=schema), record)

    def send(self, run_id: str, *, letters: Any = None, **changes: Any) -> dict[str, Any]:
        """Let a digest go out."""
        schemas = ("HR", "CRM")
        values: dict[str, Any] = {
            "letters": letters or [letter((BOSS,), schemas)],
            "schemas": [schema_of(name) for name in schemas],
        }
        operator = DigestOperator(task_id="send", **(values | changes))
        return operator.execute(self.context(run_id))


def letter(to: tuple[str, ...], schemas: tuple[str, ...], **changes: Any) -> DigestLetter:
    values: dict[str, Any] = {"smtp_conn_id": "m", "sender": None, "language": "en"}
    return DigestLetter(to=to, schemas=schemas, **(values | changes))


def schema_of(name: str, *, cron: str | None = "0 * * * *") -> DigestSchema:
    return DigestSchema(
        key=name,
        database="erp",
        schema=name,
        dag_id=f"oracle_backup__erp__{name}",
        cron=cron,
        zone="UTC",
        records=runs_asset(database="erp", schema=name),
    )


def ran(*, ago: timedelta = HOUR, **changes: Any) -> RunRecord:
    moment = NOW - ago
    return make_record(moment=moment, told_at=moment, run_id=moment.isoformat(), **changes)


@pytest.fixture
def airflow() -> Airflow:
    return Airflow()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be mailed; SMTP itself is tested elsewhere."""
    mails: list[Any] = []
    monkeypatch.setattr(ReportMailHook, "sender", lambda *_: "backup@example.com")
    monkeypatch.setattr(ReportMailHook, "send", lambda _, message: mails.append(message))
    return mails


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[PastRun]]:
    """What the stores hold of each schema."""
    found: dict[str, list[PastRun]] = {}
    monkeypatch.setattr(
        digest_module, "read_history", lambda *_, schema, **__: tuple(found.get(schema, ()))
    )
    return found


def text_of(mail: Any) -> str:
    return " ".join(mail.get_body(("plain",)).get_content().split())


def test_night_of_several_schemas_is_one_mail(airflow: Airflow, sent: list[Any]):
    airflow.report("HR", ran())
    airflow.report("CRM", ran(result="failed", reason="ORA-01555", snapshot_time=None))

    done = airflow.send("1")

    (mail,) = sent
    assert mail["To"] == BOSS
    assert "DIGEST: 1 of 2 good" in mail["Subject"]
    assert "ORA-01555" in text_of(mail)
    assert done == {"mails": 1, "good": 1, "bad": 1}


def test_run_is_never_told_twice(airflow: Airflow, sent: list[Any]):
    airflow.report("HR", ran(result="failed", reason="ORA-01555"))
    airflow.send("1")
    airflow.report("HR", ran(result="failed", reason="ORA-00600", ago=timedelta()))

    airflow.send("2")

    first, second = map(text_of, sent)
    assert "ORA-01555" in first
    assert "ORA-01555" not in second
    assert "ORA-00600" in second


def test_digest_goes_out_where_there_is_nothing_to_tell(airflow: Airflow, sent: list[Any]):
    airflow.send("1", schemas=[schema_of(name, cron=None) for name in ("HR", "CRM")])

    assert "DIGEST: no run was due" in sent[0]["Subject"]


def test_run_that_was_due_since_the_last_digest_and_never_reported_is_red(
    airflow: Airflow, sent: list[Any], stored: dict[str, list[PastRun]]
):
    every_minute = [schema_of(name, cron="* * * * *") for name in ("HR", "CRM")]
    airflow.send("1", schemas=every_minute)
    airflow.paused.add("oracle_backup__erp__CRM")
    remembered_as_of(airflow, NOW - 2 * HOUR)
    stored["HR"] = [PastRun(snapshot_time=NOW, size_bytes=1, dump_bytes=1)]

    done = airflow.send("2", schemas=every_minute)

    first, second = map(text_of, sent)
    assert "NO RUN REPORTED" not in first, "it had heard of neither before"
    assert "HR ON ERP: NO RUN REPORTED" in second
    assert "on the store all the same" in second
    assert "CRM ON ERP: NO RUN REPORTED" in second
    assert "Its DAG is paused" in second
    assert done["bad"] == 2


def test_run_on_its_way_is_not_red(
    airflow: Airflow, sent: list[Any], stored: dict[str, list[PastRun]]
):
    airflow.send("1")
    airflow.running |= {"oracle_backup__erp__HR", "oracle_backup__erp__CRM"}
    remembered_as_of(airflow, NOW - 3 * HOUR)

    assert airflow.send("2")["bad"] == 0
    assert "not done yet" in text_of(sent[1])


def test_backup_that_is_only_on_the_store_gives_the_age(
    airflow: Airflow, sent: list[Any], stored: dict[str, list[PastRun]]
):
    stored["HR"] = [
        PastRun(snapshot_time=NOW - 5 * HOUR, size_bytes=1, dump_bytes=1),
        PastRun(snapshot_time=NOW - HOUR, size_bytes=1, dump_bytes=1, counts=False),
    ]

    airflow.send("1")

    assert "HR · erp not due 5 h ago" in text_of(sent[0])


def test_store_is_not_asked_where_a_good_run_is_known(
    airflow: Airflow, sent: list[Any], monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the store was asked")

    monkeypatch.setattr(digest_module, "read_history", refuse)
    airflow.report("HR", ran())

    airflow.send("1", letters=[letter((BOSS,), ("HR",))])

    assert len(sent) == 1


def test_readers_of_other_schemas_languages_and_senders_get_mails_of_their_own(
    airflow: Airflow, sent: list[Any]
):
    airflow.report("HR", ran())
    letters = [
        letter((BOSS, DBA), ("HR", "CRM")),
        letter((BOSS,), ("HR",), language="es"),
        letter((DBA,), ("CRM",), smtp_conn_id="other"),
    ]

    assert airflow.send("1", letters=letters)["mails"] == 3

    assert [mail["To"] for mail in sent] == [f"{BOSS}, {DBA}", BOSS, DBA]
    assert "RESUMEN" in sent[1]["Subject"]
    assert "HR" not in text_of(sent[2])


def test_retry_goes_on_with_those_who_have_got_nothing(
    airflow: Airflow, sent: list[Any], monkeypatch: pytest.MonkeyPatch
):
    letters = [letter((BOSS,), ("HR",)), letter((DBA,), ("CRM",))]
    take = ReportMailHook.send

    def fail(hook: ReportMailHook, message: Any) -> None:
        if message["To"] == DBA:
            raise MailUnreachableError("It is away.")
        take(hook, message)

    monkeypatch.setattr(ReportMailHook, "send", fail)
    with pytest.raises(MailUnreachableError):
        airflow.send("1", letters=letters)
    monkeypatch.setattr(ReportMailHook, "send", take)
    airflow.send("1", letters=letters)

    assert [mail["To"] for mail in sent] == [BOSS, DBA]


def test_refused_mail_fails_the_task_its_text_is_in_the_log_and_others_get_theirs(
    airflow: Airflow,
    sent: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    take = ReportMailHook.send

    def refuse(hook: ReportMailHook, message: Any) -> None:
        if DBA in message["To"]:
            raise MailRefusedError("No such user.")
        take(hook, message)

    monkeypatch.setattr(ReportMailHook, "send", refuse)
    airflow.report("CRM", ran(result="failed", reason="ORA-01555"))

    with pytest.raises(MailRefusedError):
        airflow.send("1", letters=[letter((DBA,), ("CRM",)), letter((BOSS,), ("CRM",))])

    assert [mail["To"] for mail in sent] == [BOSS]
    assert "ORA-01555" in capsys.readouterr().out
    # The next digest tells it to those who have not heard it.
    monkeypatch.setattr(ReportMailHook, "send", take)
    airflow.send("2", letters=[letter((DBA,), ("CRM",)), letter((BOSS,), ("CRM",))])
    assert ["ORA-01555" in text_of(mail) for mail in sent] == [True, True, False]


def test_reader_who_has_got_a_mail_that_another_was_refused_is_not_told_again(
    airflow: Airflow, sent: list[Any], monkeypatch: pytest.MonkeyPatch
):
    def refuse_one(_: ReportMailHook, message: Any) -> None:
        sent.append(message)
        if DBA in message["To"]:
            raise MailRefusedError("No such user.", refused=(DBA,))

    monkeypatch.setattr(ReportMailHook, "send", refuse_one)
    for _ in range(2):
        with pytest.raises(MailRefusedError):
            airflow.send("1", letters=[letter((BOSS, DBA), ("HR",))])

    assert [mail["To"] for mail in sent] == [f"{BOSS}, {DBA}", DBA]


def test_new_reader_hears_of_the_last_day_only(airflow: Airflow, sent: list[Any]):
    old = ran(ago=30 * HOUR, result="failed", reason="ORA-00600")
    airflow.report("HR", old)
    airflow.report("HR", ran(result="failed", reason="ORA-01555"))

    airflow.send("1")

    assert "ORA-01555" in text_of(sent[0])
    assert "ORA-00600" not in text_of(sent[0])


def test_broken_entries_and_wrong_sections_are_in_every_digest(airflow: Airflow, sent: list[Any]):
    broken = SchemaNight(
        database="erp", schema="X", state=State.BROKEN, problems=("retension: unknown option",)
    )

    done = airflow.send("1", broken=[broken], problems=["digest.schedule: must fire"])

    assert "retension: unknown option" in text_of(sent[0])
    assert "digest.schedule: must fire" in text_of(sent[0])
    assert done["bad"] == 1


def test_run_whose_record_can_t_be_kept_or_read_costs_nothing_else(
    airflow: Airflow, capsys: pytest.CaptureFixture[str]
):
    asset = runs_asset(database="erp", schema="HR")
    airflow.stores.is_down = True

    keep_run(airflow.context("any"), asset, make_record())
    assert read_runs(airflow.context("any"), asset).runs == ()
    airflow.stores.is_down = False
    airflow.stores[asset].set("runs", "nonsense")
    keep_run(airflow.context("any"), asset, make_bad_record())

    assert [one.result for one in read_runs(airflow.context("any"), asset).runs] == ["failed"]


def remembered_as_of(airflow: Airflow, moment: datetime) -> None:
    """Let the digest before have been made at another time."""
    memory = airflow.stores[digest_module.MEMORY]
    for key in list(memory.values):
        memory.set(key, {**memory.get(key), "at": moment.isoformat()})
