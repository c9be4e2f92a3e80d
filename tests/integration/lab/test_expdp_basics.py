"""What one export looks like to whoever runs it: streams, exit codes, log, files, refusals."""

from __future__ import annotations

import re
import subprocess

import pytest

from integration.lab.oracle_stage import LOGIN, PASSWORD, OracleStage

pytestmark = pytest.mark.integration


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


def test_expdp_ends_with_0_and_a_log_that_says_so(oracle):
    done = oracle.export(schemas="HR", job_name="OB_1", flashback_time="systimestamp")

    assert done.returncode == 0
    assert done.stdout == ""
    when = r"\w{3} \w{3} \d+ [\d:]+ \d{4} elapsed 0 00:00:0\d"
    last = rf'Job "BACKUP"."OB_1" successfully completed at {when}'
    assert re.fullmatch(last, done.stderr.splitlines()[-1])
    assert re.fullmatch(last, oracle.log("exp.log").splitlines()[-1])
    assert '. . exported "HR"."EMPLOYEES"' in done.stderr
    assert f"  {oracle.dumps}/a_01.dmp\n" in done.stderr


def test_expdp_leaves_neither_job_nor_control_table_when_it_has_ended(oracle):
    oracle.export(schemas="HR", job_name="OB_1")

    assert oracle.job_states() == []
    assert oracle.query("SELECT 1 FROM dba_tables WHERE table_name = 'OB_1'") == []
    assert oracle.history() == ["success"]


def test_expdp_writes_files_only_group_may_read(oracle):
    oracle.export(schemas="HR")

    modes = {path.name: path.stat().st_mode & 0o777 for path in oracle.dumps.glob("*.*")}
    assert modes == {"a_01.dmp": 0o640, "exp.log": 0o640}


def test_expdp_log_starts_with_the_parameter_file_last_line_first_and_no_password(oracle):
    done = oracle.export(schemas="HR")

    log = oracle.log("exp.log")
    assert log.startswith(";;; \nExport: Release 19.0.0.0.0 - Production on ")
    assert ";;; Parfile values:\n;;;  parfile:  schemas=HR\n;;;  parfile:  logfile=exp.log\n" in log
    assert ";;;  parfile:  userid=backup/********@LABPDB1\n" in log
    assert 'Starting "BACKUP"."SYS_EXPORT_SCHEMA_01":  backup/********@LABPDB1 parfile=' in log
    assert PASSWORD not in log + done.stderr
    assert "Parfile" not in done.stderr


def test_expdp_shows_partitions_one_by_one(oracle):
    done = oracle.export(schemas="SALES")

    rows = re.findall(r'"SALES"."ORDERS":"(\w+)" +[\d.]+ KB +(\d+) rows', done.stderr)
    assert len(rows) == 9
    assert ("LATER", "0") in rows
    assert sum(int(count) for _, count in rows) == 400


def test_expdp_with_metrics_and_logtime_prefixes_every_line(oracle):
    oracle.export(schemas="HR", metrics="yes", logtime="all", parallel="2")

    body = oracle.log("exp.log").split("*\n", 2)[2]
    stamp = r"\d\d-[A-Z]{3}-\d\d \d\d:\d\d:\d\d\.\d{3}: "
    assert all(re.match(stamp, line) for line in body.splitlines())
    row = r'W-[12] \. \. exported "HR"."EMPLOYEES" .* 107 rows in 0 seconds using direct_path'
    assert re.search(stamp + row, body)


def test_expdp_splits_into_the_files_of_a_template(oracle):
    done = oracle.export(schemas="SALES", dumpfile="s_%U", filesize="40KB", parallel="2")

    listed = re.findall(r"^  (/.*\.dmp)$", done.stderr, re.MULTILINE)
    assert listed == sorted(map(str, oracle.dumps.glob("s_*.dmp")))
    assert len(listed) > 2
    assert max(path.stat().st_size for path in oracle.dumps.glob("s_*.dmp")) <= 40960


def test_expdp_without_template_runs_out_of_space_and_can_be_found_stopped(oracle):
    done = oracle.export(schemas="SALES", dumpfile="s.dmp", filesize="40KB")

    assert done.returncode == 1
    assert "ORA-39095: Dump file space has been exhausted: Unable to allocate" in done.stderr
    assert oracle.job_states() == ["NOT RUNNING"]


def test_expdp_refuses_a_dump_file_that_exists(oracle):
    oracle.export(schemas="HR", dumpfile="x.dmp")
    before = (oracle.dumps / "x.dmp").read_bytes()

    done = oracle.export(schemas="HR", dumpfile="x.dmp")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-6:] == [
        "ORA-39001: invalid argument value",
        "ORA-39000: bad dump file specification",
        f'ORA-31641: unable to create dump file "{oracle.dumps}/x.dmp"',
        "ORA-27038: created file already exists",
        "Additional information: 1",
        "",
    ]
    assert (oracle.dumps / "x.dmp").read_bytes() == before
    assert oracle.history() == ["success"]
    assert oracle.export(schemas="HR", dumpfile="x.dmp", reuse_dumpfiles="yes").returncode == 0


@pytest.mark.parametrize(
    ("parameters", "lines"),
    [
        (
            {"directory": "NOWHERE"},
            [
                "ORA-39070: Unable to open the log file.",
                "ORA-39087: directory name NOWHERE is invalid",
            ],
        ),
        (
            {"schemas": "NOBODY"},
            ["ORA-39165: Schema NOBODY was not found.", "ORA-31655: no data or"],
        ),
        ({"tables": "HR.EMPLOYEES"}, ["UDE-00010: multiple job modes requested, schema and table"]),
        (
            {"job_name": "OB_1", "content": "SOME"},
            ["UDE-00014: invalid value for parameter, 'content'."],
        ),
        ({"flashback_scn": "999999999999"}, ["ORA-39150: bad flashback time"]),
        (
            {"colour": "red"},
            ["LRM-00101: unknown parameter name 'colour'", "LRM-00113: error when"],
        ),
        ({"schemas": '"HR'}, ["LRM-00111: no closing quote for value 'HR'"]),
    ],
)
def test_expdp_refuses_in_oracles_words(oracle, parameters, lines):
    done = oracle.export(**{"schemas": "HR"} | parameters)

    assert done.returncode in (1, 5)
    for line in lines:
        assert line in done.stderr


def test_expdp_reads_nothing_wrong_into_a_missing_parameter_file(oracle):
    done = oracle.run("expdp", "parfile=/nonexistent.par")

    assert done.returncode == 1
    assert done.stderr.startswith("LRM-00109: could not open parameter file '/nonexistent.par'")


def test_expdp_goes_on_without_a_schema_that_is_missing(oracle):
    done = oracle.export(schemas="HR,SH")

    assert done.returncode == 5
    assert "ORA-39165: Schema SH was not found.\n\n" in done.stderr
    assert "completed with 1 error(s) at" in done.stderr.splitlines()[-1]


def test_expdp_asks_anew_after_a_bad_password_and_gives_up_at_the_end_of_input(oracle):
    done = oracle.run("expdp", "backup/wrong@LABPDB1", "schemas=HR")

    assert done.returncode == 1
    lines = done.stderr.splitlines()
    at = lines.index("UDE-01017: operation generated ORACLE error 1017")
    assert lines[at + 1 : at + 4] == [
        *("ORA-01017: invalid username/password; logon denied", "", "Username: "),
    ]
    assert lines[-1] == "UDE-00005: unexpected End-Of-File encountered while reading input"


def test_expdp_gives_up_after_three_logins(oracle):
    done = oracle.run("expdp", "a/b@LABPDB1", stdin="a/b@LABPDB1\n" * 9)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "UDE-00003: all allowable logon attempts failed"
    assert done.stderr.count("ORA-01017") == 3


def test_expdp_waits_for_ever_on_an_open_stdin(oracle):
    client = subprocess.Popen(
        [str(oracle.home / "bin" / "expdp"), "backup/wrong@LABPDB1"],
        env=oracle.environment(),
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            client.wait(timeout=1)
    finally:
        client.kill()
        client.communicate()


def test_expdp_takes_the_password_from_stdin(oracle):
    done = oracle.run(
        "expdp", "backup@LABPDB1", "schemas=HR", "directory=BACKUP_DIR", stdin=PASSWORD
    )

    assert "Password: " in done.stderr
    assert done.returncode == 0


def test_expdp_logs_in_by_wallet_and_by_operating_system(oracle):
    oracle.add_wallet("LABPDB1")
    wallet = oracle.export(userid="/@LABPDB1", schemas="HR", dumpfile="w.dmp")
    system = oracle.run(
        *("expdp", "/ as sysdba", "schemas=HR", "directory=BACKUP_DIR", "dumpfile=s.dmp"),
        ORACLE_PDB_SID="LABPDB1",
    )

    assert (wallet.returncode, system.returncode) == (0, 0)
    assert 'Starting "BACKUP"."SYS_EXPORT_SCHEMA_01":  /********@LABPDB1 ' in wallet.stderr
    assert 'Starting "SYS"."SYS_EXPORT_SCHEMA_01":  "/******** AS SYSDBA" ' in system.stderr


def test_expdp_with_a_wrong_pdb_name_lands_in_the_root_without_a_word(oracle):
    done = oracle.run(
        *("expdp", "/ as sysdba", "schemas=HR", "directory=BACKUP_DIR"), ORACLE_PDB_SID="OTHER"
    )

    assert "not typically needed when connected to the root" in done.stderr
    assert "ORA-39165: Schema HR was not found." in done.stderr
    assert done.returncode == 5


def test_expdp_does_not_know_another_alias(oracle):
    done = oracle.run("expdp", "backup/x@ELSEWHERE", "schemas=HR")

    assert "UDE-12154: operation generated ORACLE error 12154" in done.stderr
    assert done.returncode == 1


def test_expdp_lets_nobody_export_a_foreign_schema_without_the_role(oracle):
    done = oracle.run("expdp", "hr/hr@LABPDB1", "schemas=SALES", "directory=BACKUP_DIR")

    assert "ORA-31631: privileges are required\nORA-39109: " in done.stderr
    assert done.returncode == 1


def test_expdp_speaks_spanish_when_nls_lang_does(oracle):
    parfile = oracle.parfile(userid=LOGIN, schemas="HR", directory="BACKUP_DIR", logfile="es.log")

    done = oracle.run("expdp", f"parfile={parfile}", NLS_LANG="SPANISH_SPAIN.WE8ISO8859P1")

    assert done.returncode == 0
    assert "Conectado a: Oracle Database 19c" in done.stderr
    assert re.search(
        r'^\. \. "HR"\."EMPLOYEES" .* 107 filas exportadas$', done.stderr, re.MULTILINE
    )
    assert " ha terminado correctamente en " in oracle.log("es.log").splitlines()[-1]


def test_expdp_turns_legacy_parameters_into_an_overwriting_export(oracle):
    oracle.export(schemas="HR", dumpfile="x.dmp")

    done = oracle.run("expdp", LOGIN, "owner=HR", "file=x.dmp", "directory=BACKUP_DIR", "log=l.log")

    assert done.returncode == 0
    assert (
        'Legacy Mode Parameter: "log=l.log" Location: Command Line, Replaced with: "logfile=l.log"'
        in done.stderr
    )
    assert "Legacy Mode has set reuse_dumpfiles=true parameter.\n" in done.stderr


def test_expdp_without_its_oracle_home_does_nothing(oracle):
    assert oracle.run("expdp", "help=y", ORACLE_HOME=None).returncode == 1
