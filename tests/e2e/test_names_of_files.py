"""Names and words of the config's own, through a whole backup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.stage import Lab
    from support.backups import Backups

FLAT: dict[str, Any] = {
    "archive": {"folder": "", "file_name": "{host} {database}.{schema} {local_time}"},
    "export": {"file_name": "{schema}_{local_time}", "numbered_files": False},
    "host_name": "db1.example.com",
    "timezone": "Europe/Madrid",
    "retention": {"keep_last": 1},
    "mail": {
        "subject": "{verdict}: {schema} on {host}",
        "message": "<p>Revisar el log de <b>{schema}</b>.</p><script>x</script><p>{{1 < 2}}</p>",
    },
}


def test_schemas_share_a_folder_under_names_of_the_config(backups: Backups, lab: Lab):
    """Each prunes its own, and what others have put there stays."""
    theirs = lab.paths.store / "backups" / "db1.example.com lab.HR 20250922123045.7z"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"of another program")

    first = backups.run("HR", **FLAT)
    other = backups.run("SALES", **FLAT)
    second = backups.run("HR", **FLAT)

    assert [one.state for one in (first, other, second)] == ["success"] * 3
    assert {path.parent for path in second.archives} == {theirs.parent}
    kept = {path.name for path in second.archives}
    assert theirs.name in kept
    assert sum("lab.HR " in name for name in kept) == 2, "the other program's, and the newest"
    assert sum("lab.SALES " in name for name in kept) == 1
    assert len(second.manifests) == 2
    assert second.rest == ()
    assert list(lab.paths.dumps.glob("*_2*")) == [], "dumps and logs are gone from the host"


def test_one_dump_file_bears_no_number_and_the_mail_the_config_s_words(backups: Backups):
    outcome = backups.run("HR", **FLAT)

    (archive,) = outcome.archives
    name = re.fullmatch(r"db1\.example\.com lab\.HR ([0-9]{14}B?)\.7z", archive.name)
    assert name, archive.name
    members = {member["name"] for member in outcome.manifest["archive"]["members"]}
    assert members == {f"HR_{name[1]}.dmp", f"HR_{name[1]}.log"}
    assert outcome.mail["Subject"] == "complete: HR on db1.example.com"
    lines = [line.strip() for line in outcome.mail_text.splitlines()]
    assert lines[3:5] == ["Revisar el log de HR.", "{1 < 2}"]
    assert f"7z x '{archive.name}'" in outcome.mail_text
    assert f"dumpfile=HR_{name[1]}.dmp " in outcome.mail_text
    html = outcome.mail.get_body(("html",)).get_content()
    assert "Revisar el log de HR." in html
    assert "<script" not in html


def test_archive_of_another_program_under_the_very_name_stays(backups: Backups, lab: Lab):
    """The old script and Airflow may start at the same second, and send to one folder."""
    theirs = lab.paths.store / "backups" / "HR-20261124030000.7z"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"of another program")
    moment = datetime(2026, 11, 24, 2, tzinfo=UTC)

    outcome = backups.run(
        "HR",
        moment=moment,
        timezone="Europe/Madrid",
        archive={"folder": "", "file_name": "{schema}-{local_time}"},
    )

    assert outcome.state == "failed"
    assert outcome.tasks["archive"] == "failed"
    assert "is there already, and not by this run" in outcome.mail_text
    assert theirs.read_bytes() == b"of another program"
    assert outcome.manifests == ()
    assert list(lab.paths.dumps.glob("HR-*.dmp")), "what could not be sent stays on the host"
