"""Preflight against the lab: each row of its table, good and bad, and all problems at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lab.oracle import conditions, instance
from oracle_backup.domain.names import NameShape
from oracle_backup.errors import PreflightUnreachableError
from oracle_backup.operators.steps import PROBLEM_KEY
from oracle_backup.operators.stores import StorePlace

if TYPE_CHECKING:
    from pathlib import Path

    from support.preflights import Preflight

pytestmark = pytest.mark.integration

TIB = 1024**4


# All is well.


def test_all_well_tells_the_facts_and_leaves_nothing_behind(preflight: Preflight):
    facts = preflight.ask()

    assert facts["folder"] == str(preflight.lab.paths.dumps)
    assert facts["dump_template"] == "%L"
    assert facts["database_version"] == "19.21.0.0.0"
    assert "Release 19" in facts["tool_version"]
    assert facts["character_set"] == "AL32UTF8"
    assert facts["container"] == "LABPDB1"
    assert facts["schema_size_bytes"] > 0
    assert facts["free_bytes"] > 0
    assert facts["last_duration_seconds"] is None
    assert facts["unchecked_host_keys"] == []
    assert facts["warnings"] == []
    assert json.loads(json.dumps(facts)) == facts
    assert preflight.files_on_host() == []
    assert [path for path in preflight.lab.paths.store.rglob("*") if path.is_file()] == []
    assert list((preflight.lab.paths.home / ".oracle-backup").iterdir()) == []
    assert preflight.told.pushed == {}


def test_last_backup_on_the_store_tells_how_long_an_export_takes(preflight: Preflight):
    preflight.keep(minutes=3)

    facts = preflight.ask()

    assert facts["last_duration_seconds"] == 180.0
    assert facts["warnings"] == []


def test_exp_writes_its_own_probe(preflight: Preflight):
    facts = preflight.ask(
        tool="exp", directory=None, export_path=str(preflight.lab.paths.dumps), options={}
    )

    assert facts["folder"] == str(preflight.lab.paths.dumps)
    assert facts["warnings"] == []
    assert preflight.files_on_host() == []


def make_stores(*paths: str) -> dict[str, object]:
    stores = [StorePlace(name=path[1:], conn_id="lab_store", path=path) for path in paths]
    return {"stores": stores}


def test_store_that_refuses_is_a_warning_while_another_takes_the_archive(preflight: Preflight):
    preflight.keep(minutes=5)
    preflight.lab.set_store_faults(deny=["/second"])

    facts = preflight.ask(**make_stores("/second", "/backups"))

    (text,) = facts["warnings"]
    assert "/second" in text
    assert facts["last_duration_seconds"] == 300.0


def test_stores_that_all_refuse_are_told_together(preflight: Preflight):
    preflight.lab.set_store_faults(deny=["/second", "/backups"])

    first, second = preflight.problems(**make_stores("/second", "/backups"))

    assert "/second" in first
    assert "/backups" in second


# Container, schema, directory.


def test_wrong_container_is_told(preflight: Preflight):
    assert "in container LABPDB1, not OTHER" in preflight.problem(container="OTHER")


def test_schema_that_is_not_there_is_told(preflight: Preflight):
    assert "There is no schema NOBODY" in preflight.problem(schema_name="NOBODY")


def test_directory_object_that_is_not_there_is_told(preflight: Preflight):
    assert "no directory object NO_DIR" in preflight.problem(directory="NO_DIR")


def test_folder_of_the_directory_that_is_not_there_is_told(preflight: Preflight, tmp_path: Path):
    with preflight.changed() as connection:
        instance.add_directory(connection, "LOST_DIR", tmp_path / "nowhere")
        text = preflight.problem(directory="LOST_DIR")

    assert f"can't read the folder {tmp_path}/nowhere" in text


# The write probe.


def test_directory_that_oracle_may_not_write_to_is_told(preflight: Preflight):
    with preflight.changed() as connection:
        instance.add_directory(connection, "READ_DIR", preflight.lab.paths.dumps)
        connection.execute(
            "DELETE FROM lab_object_grants WHERE table_name = 'READ_DIR' AND privilege = 'WRITE'"
        )
        text = preflight.problem(directory="READ_DIR")

    assert "The database can't write to directory READ_DIR" in text
    assert "ORA-29289" in text


def test_folder_on_another_machine_is_told(preflight: Preflight):
    with preflight.before_the_probe_is_read() as change:
        change(lambda probe: probe.unlink())
        text = preflight.problem()

    assert "is on another machine" in text


def test_probe_of_another_database_is_no_proof(preflight: Preflight):
    with preflight.before_the_probe_is_read() as change:
        change(lambda probe: probe.write_text("oracle-backup of somebody else"))
        text = preflight.problem()

    assert "is on another machine" in text


def test_probe_that_the_ssh_user_can_t_read_is_told(preflight: Preflight):
    def close(probe: Path) -> None:
        # Whoever runs the tests may be allowed to read any file; nobody can read a folder.
        probe.unlink()
        probe.mkdir()

    with preflight.before_the_probe_is_read() as change:
        change(close)
        text = preflight.problem()

    assert "can't read what Oracle writes" in text


def test_folder_that_exp_can_t_write_to_is_told(preflight: Preflight):
    folder = preflight.lab.paths.dumps / "closed"
    folder.mkdir()
    # In place of the probe, something that can't be written over.
    (folder / "HR-20261123T020000Z.probe").mkdir()

    text = preflight.problem(tool="exp", directory=None, export_path=str(folder))

    assert f"can't write to the folder {folder}" in text


# The tool and the home on the host.


def test_tool_that_is_not_there_is_told(preflight: Preflight):
    assert "no program /nowhere/bin/expdp" in preflight.problem(oracle_home="/nowhere")


def test_home_that_can_t_be_written_to_is_told(preflight: Preflight):
    (preflight.lab.paths.home / ".oracle-backup").write_text("a file in the folder's place")

    assert "can't write to ~/.oracle-backup" in preflight.problem()


# Edition, licences, number of files.


def test_options_that_are_not_declared_as_licensed_are_told(preflight: Preflight):
    options = {"compression": "all", "encryption": "all"}

    first, second, third = preflight.problems(parallel=4, options=options)

    assert "export.parallel: 4 takes a licence" in first
    assert "advanced_compression" in second
    assert "advanced_security" in third


def test_licensed_options_pass_on_enterprise_edition(preflight: Preflight):
    facts = preflight.ask(
        parallel=4,
        options={"compression": "all"},
        licensed=("enterprise_edition", "advanced_compression"),
    )

    assert facts["warnings"] == []


def test_licensed_options_on_standard_edition_are_told(preflight: Preflight):
    with preflight.changed() as connection:
        conditions.set_edition(connection, "SE2")
        text = preflight.problem(parallel=4, licensed=("enterprise_edition",))

    assert "Standard Edition 2" in text


def test_old_release_counts_its_files_with_two_digits(preflight: Preflight):
    with preflight.changed() as connection:
        instance.change_setting(connection, "version_full", "12.1.0.2.0")
        preflight.grow(connection, 200 * 1024**2)
        assert preflight.ask(file_size="5M")["dump_template"] == "%U"
        text = preflight.problem(file_size="1M")
        instance.change_setting(connection, "version_full", "12.2.0.1.0")
        assert preflight.ask(file_size="1M")["dump_template"] == "%L"

    assert "there can be 99" in text


# Undo.


def test_undo_shorter_than_the_last_export_warns(preflight: Preflight):
    preflight.keep(minutes=90)

    text = preflight.warning()

    assert "The last export took 1 h 30 min 00 s; undo_retention is 15 min 00 s" in text
    assert preflight.ask(consistent=False)["warnings"] == []


def test_undo_that_is_long_enough_passes(preflight: Preflight):
    preflight.keep(minutes=90)
    with preflight.changed() as connection:
        conditions.change_parameter(connection, "undo_retention", "7200")
        assert preflight.ask()["warnings"] == []


# Space.


def test_folder_without_room_is_told(preflight: Preflight):
    with preflight.changed() as connection:
        preflight.grow(connection, 2000 * TIB)
        text = preflight.problem()

    assert "the dump may take 2100.0 TiB" in text


def test_store_without_room_for_an_archive_like_the_last_is_told(preflight: Preflight):
    preflight.keep(archive_bytes=5_000_000)
    preflight.lab.set_store_faults(capacity_bytes=6_000_000)

    assert "the last archive took 4.8 MiB" in preflight.problem()


def test_store_smaller_than_the_segments_warns_before_the_first_backup(preflight: Preflight):
    preflight.lab.set_store_faults(capacity_bytes=5_000)

    assert "no backup yet to tell how large" in preflight.warning()


def test_store_that_does_not_tell_its_space_is_fine(preflight: Preflight):
    preflight.keep(archive_bytes=5_000_000)
    preflight.lab.set_store_faults(no_statvfs=True)

    assert preflight.ask()["warnings"] == []


# Names of the config's own.


def test_leftovers_are_known_by_the_config_s_names(preflight: Preflight):
    """Of other templates, other schemas and this very run nothing is said."""
    shape = NameShape(export="{database}.{schema}_{local_time}", folder="", zone="Europe/Madrid")
    dumps = preflight.lab.paths.dumps
    for name in (
        "lab.HR_20261122030000.dmp",
        "lab.HR_20261123030000.dmp",
        "lab.HR2_20261122030000.dmp",
        "HR-20261122T020000Z_01.dmp",
    ):
        (dumps / name).write_bytes(b"rows")

    text = preflight.warning(shape=shape)

    assert "1 dump file(s) of earlier runs" in text
    assert "lab.HR_20261122030000.dmp" in text


def test_store_s_own_folder_is_probed_and_left_as_it_was(preflight: Preflight):
    facts = preflight.ask(shape=NameShape(folder=""))

    assert facts["warnings"] == []
    assert [path for path in preflight.lab.paths.store.rglob("*") if path.is_file()] == []


def test_host_may_be_this_very_machine(preflight: Preflight, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(preflight.lab.paths.home))

    facts = preflight.ask(ssh_conn_id="local")

    assert "Release 19" in facts["tool_version"]
    assert facts["folder"] == str(preflight.lab.paths.dumps)
    assert facts["unchecked_host_keys"] == facts["warnings"] == []
    assert preflight.files_on_host() == []


# Privileges.


def test_user_that_may_not_export_the_schema_is_told(preflight: Preflight):
    with preflight.changed() as connection:
        conditions.revoke_role(connection, "BACKUP", "DATAPUMP_EXP_FULL_DATABASE")
        text = preflight.problem()
        other = preflight.warning(login_method="wallet")

    assert "grant datapump_exp_full_database to BACKUP" in text
    assert "logs in as somebody else" in other


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("dba_segments", "How large schema HR is can't be told"),
        ("session_roles", "Whether the user may export the schema can't be told"),
        ("v$parameter", "Whether undo is kept for long enough can't be told"),
        ("v$database", "can't read V$DATABASE"),
        ("nls_database_parameters", "The database's character set can't be told"),
        ("v$version", "The edition of the database can't be told"),
        ("v$option", "Which options the database has can't be told"),
        ("dba_resumable", "Whether a silent job waits for space can't be told"),
    ],
)
def test_view_that_may_not_be_read_is_a_warning(preflight: Preflight, view: str, words: str):
    with preflight.changed() as connection:
        conditions.deny_view(connection, view)
        text = preflight.warning(parallel=2, licensed=("enterprise_edition",))

    assert words in text
    assert "ORA-00942" in text


def test_views_without_which_a_lost_export_is_not_understood_are_told_before(preflight: Preflight):
    with preflight.changed() as connection:
        conditions.deny_view(connection, "dba_datapump_jobs", "dba_datapump_sessions")
        warnings = preflight.ask()["warnings"]
        legacy = preflight.ask(tool="exp", export_path=str(preflight.lab.paths.dumps))["warnings"]

    assert [text.partition(" can't")[0] for text in warnings] == [
        "Whether a job goes on whose client is gone",
        "Whether a silent job moves",
        "Whether a silent job waits for a lock",
    ]
    assert legacy == []


def test_undo_without_its_statistics_is_judged_by_the_parameter(preflight: Preflight):
    preflight.keep(minutes=20)
    with preflight.changed() as connection:
        assert preflight.ask()["warnings"] == []
        conditions.deny_view(connection, "v$undostat")
        text = preflight.warning()

    assert "undo_retention is 15 min 00 s. A" in text


# All at once, and what passes by itself.


def test_all_problems_are_told_in_one_message(preflight: Preflight):
    preflight.lab.set_store_faults(deny=["/backups"])
    (preflight.lab.paths.dumps / "HR-20261101T020000Z_01.dmp").write_bytes(b"x")

    found = preflight.problems(
        container="OTHER",
        oracle_home="/nowhere",
        parallel=4,
    )

    text = preflight.told.pushed[PROBLEM_KEY]
    for words in ("OTHER", "/nowhere/bin/expdp", "export.parallel", "/backups"):
        assert any(words in problem for problem in found), words
        assert words in text["message"]
    assert len(found) == 4
    assert "earlier runs" in text["hint"]


@pytest.mark.parametrize("server", ["host", "listener", "store"])
def test_server_that_is_down_is_told_once_and_tried_again(preflight: Preflight, server: str):
    preflight.lab.kill(server)
    try:
        with pytest.raises(PreflightUnreachableError) as caught:
            preflight.ask()
    finally:
        preflight.lab.restart(server)

    assert len(caught.value.problems) == 1


def test_server_that_is_down_does_not_hide_what_is_wrong_elsewhere(preflight: Preflight):
    preflight.lab.kill("listener")
    try:
        found = preflight.problems(oracle_home="/nowhere")
    finally:
        preflight.lab.restart("listener")

    assert len(found) == 2
