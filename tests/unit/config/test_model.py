from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError

from oracle_backup.config.mail_settings import MailSettings
from oracle_backup.config.model import SchemaSettings
from oracle_backup.config.options import all_options, groups
from oracle_backup.domain.retention import Span

Load = Callable[[str], SchemaSettings]


def test_every_option_is_described_with_an_example() -> None:
    assert [path for path, field in all_options().items() if not field.description] == []
    assert [path for path, field in all_options().items() if not field.examples] == []
    assert [name for name, field in groups().items() if not field.description] == []


def test_options_left_out_have_their_defaults(settings: Load) -> None:
    found = settings("")
    assert (found.schedule, found.timezone, found.enabled) == ("0 2 * * *", "UTC", True)
    assert found.start_late_limit == timedelta(hours=6)
    assert (found.login.method, found.login.connect_identifier) == ("password", None)
    assert (found.export.tool, found.export.directory) == ("expdp", "DATA_PUMP_DIR")
    assert (found.export.consistent, found.export.parallel) == (True, 1)
    assert (found.export.exclude, found.export.tolerate) == ((), ())
    assert found.export.max_duration == timedelta(hours=24)
    assert found.export.stall_after == timedelta(hours=2)
    assert (found.archive.level, found.archive.password_conn_id) == (1, None)
    assert found.retention.keep_last == 7
    assert (found.mail.conn_id, found.mail.sender) == ("smtp_default", None)
    assert (found.mail.when, found.keep_dump, found.retries) == ("always", False, 3)


def test_options_are_read(settings: Load) -> None:
    found = settings(
        """\
        schedule: null
        start_late_limit: null
        login: {method: wallet, connect_identifier: ERP.WORLD}
        environment: {tns_admin: /etc/oracle, pdb: erppdb, container: ERPPDB}
        export:
          directory: backup_dir
          exclude: [statistics, SCHEMA_EXPORT/TABLE/INDEX]
          file_size: 5g
          tolerate: [ORA-39083, EXP-00091]
          warning_phrases: [" advertencias "]
        store: {path: //Copias de seguridad/./Oracle/}
        retention: {keep_daily: -1, keep_within: 1d12h}
        mail: {to: [a@b.example, c@d.example], from: me@example.com, when: failures}
        retries: 0
        """
    )
    assert (found.schedule, found.start_late_limit, found.retries) == (None, None, 0)
    assert found.login.connect_identifier == "ERP.WORLD"
    assert (found.environment.pdb, found.environment.tns_admin) == ("ERPPDB", "/etc/oracle")
    assert found.export.directory == "BACKUP_DIR"
    assert found.export.exclude == ("STATISTICS", "SCHEMA_EXPORT/TABLE/INDEX")
    assert (found.export.file_size, found.export.tolerate) == ("5G", ("ORA-39083", "EXP-00091"))
    assert found.export.warning_phrases == ("advertencias",)
    assert found.store.path == "/Copias de seguridad/Oracle"
    assert (found.retention.keep_last, found.retention.keep_daily) == (None, -1)
    assert found.retention.keep_within == Span(days=1, hours=12)
    assert found.mail.to == ("a@b.example", "c@d.example")
    assert (found.mail.sender, found.mail.when) == ("me@example.com", "failures")


def test_settings_cannot_be_changed(settings: Load) -> None:
    found = settings("")
    with pytest.raises(ValidationError, match="frozen"):
        found.retries = 5  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        found.export.parallel = 5  # type: ignore[misc]


def test_settings_survive_json(settings: Load) -> None:
    found = settings("export: {max_duration: 1d12h}\nmail: {from: me@example.com}")
    text = json.dumps(found.model_dump(mode="json", by_alias=True))
    assert '"max_duration": "1d12h"' in text
    assert SchemaSettings.model_validate(json.loads(text)) == found


def test_key_is_that_of_database_and_schema(settings: Load) -> None:
    assert settings("").key == "erp__HR"


def test_mail_tells_each_address_once_at_its_times() -> None:
    mail = MailSettings.model_validate(
        {
            "to": ["dba@example.com"],
            "when": "failures",
            "also": [
                {"to": ["boss@example.com", "dba@example.com"], "when": "digest"},
                {"to": ["oncall@example.com"], "when": "failures"},
            ],
        }
    )

    assert mail.recipients("failures") == ("dba@example.com", "oncall@example.com")
    assert mail.recipients("digest") == ("boss@example.com", "dba@example.com")
    assert mail.recipients("always") == ()
    assert mail.everybody == ("dba@example.com", "boss@example.com", "oncall@example.com")


def test_mail_about_a_run_goes_to_all_who_want_its_outcome_at_once() -> None:
    mail = MailSettings.model_validate(
        {
            "to": ["all@example.com"],
            "also": [
                {"to": ["dba@example.com", "all@example.com"], "when": "warnings"},
                {"to": ["oncall@example.com"], "when": "failures"},
                {"to": ["boss@example.com"], "when": "digest"},
            ],
        }
    )

    assert mail.told_of("success") == ("all@example.com",)
    assert mail.told_of("warnings") == ("all@example.com", "dba@example.com")
    assert mail.told_of("failed") == ("all@example.com", "dba@example.com", "oncall@example.com")
