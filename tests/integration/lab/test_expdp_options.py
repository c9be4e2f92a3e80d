"""What COMPRESSION, ENCRYPTION, CHECKSUM and their like do to a dump, and who may open it."""

from __future__ import annotations

import pytest

from integration.lab.oracle_stage import LOGIN, OracleStage
from lab.oracle import instance

pytestmark = pytest.mark.integration

DUMP_PASSWORD = "Dump #1, mañana"
ENCRYPTED = {"encryption": "all", "encryption_password": f'"{DUMP_PASSWORD}"'}


@pytest.fixture
def oracle(tmp_path):
    stage = OracleStage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def oracle_21(oracle):
    """The same as a 21c with COMPATIBLE raised."""
    connection = instance.connect(oracle.home)
    instance.change_setting(connection, "version_full", "21.3.0.0.0")
    connection.execute("UPDATE lab_parameters SET value = '21.0.0' WHERE name = 'compatible'")
    connection.close()
    return oracle


def _refused(oracle: OracleStage, **parameters: str) -> list[str]:
    done = oracle.export(**({"schemas": "HR"} | parameters))
    assert done.returncode == 1
    assert list(oracle.dumps.glob("*.dmp")) == []
    return done.stderr.splitlines()


def test_expdp_compresses_as_far_as_it_is_told(oracle):
    sizes = {}
    for algorithm in ("", "LOW", "HIGH"):
        name = f"c{algorithm}.dmp"
        extra = {"compression_algorithm": algorithm} if algorithm else {}
        kind = {"compression": "all"} | extra if algorithm else {}
        assert oracle.export(schemas="SALES", dumpfile=name, **kind).returncode == 0
        sizes[algorithm] = (oracle.dumps / name).stat().st_size

    assert sizes["HIGH"] <= sizes["LOW"] < sizes[""]


@pytest.mark.parametrize("kind", ["all", "data_only", "metadata_only"])
def test_encrypted_dump_hides_what_it_is_told_to(oracle, kind):
    oracle.export(schemas="HR", **(ENCRYPTED | {"encryption": kind}))

    content = (oracle.dumps / "a_01.dmp").read_bytes()
    ((row,),) = oracle.query('SELECT max(REGION_NAME) FROM "HR.REGIONS"')
    assert (str(row).encode() in content) == (kind == "metadata_only")
    assert (b"EMPLOYEES" in content) == (kind == "data_only")
    assert DUMP_PASSWORD.encode() not in content


def test_encrypted_dump_opens_with_its_password_only(oracle):
    oracle.export(schemas="HR", **ENCRYPTED)
    target = {"remap_schema": "HR:EMPTYISH", "schemas": "HR"}

    without = oracle.import_(**target)
    wrong = oracle.import_(**target, encryption_password="other")
    right = oracle.import_(**target, encryption_password=ENCRYPTED["encryption_password"])

    assert without.returncode == wrong.returncode == 1
    assert without.stderr.splitlines()[-3:-1] == [
        "ORA-39002: invalid operation",
        "ORA-39174: Encryption password must be supplied.",
    ]
    assert "ORA-39176: Encryption password is incorrect." in wrong.stderr
    assert '. . imported "EMPTYISH"."EMPLOYEES"' in right.stderr
    query = 'SELECT * FROM "HR.EMPLOYEES" EXCEPT SELECT * FROM "EMPTYISH.EMPLOYEES"'
    assert oracle.query(query) == []


def test_plain_dump_wants_no_password(oracle):
    oracle.export(schemas="HR")

    done = oracle.import_(schemas="HR", encryption_password="x")

    assert done.returncode == 1
    assert "ORA-39175: Encryption password is not needed." in done.stderr


def test_encryption_password_is_in_no_log_and_in_no_record(oracle):
    done = oracle.export(schemas="HR", **ENCRYPTED)

    assert "encryption_password=********" in oracle.log("exp.log")
    for path in oracle.home.parent.rglob("*"):
        if path.is_file() and path.suffix != ".par":
            assert DUMP_PASSWORD.encode() not in path.read_bytes(), path
    assert DUMP_PASSWORD not in done.stderr


def test_attaching_to_an_encrypting_job_takes_its_password_again(oracle):
    oracle.order({"fault": "hang", "table": "JOBS"})
    oracle.start_export(schemas="HR", job_name="OB_1", **ENCRYPTED)
    password = ENCRYPTED["encryption_password"]

    without = oracle.attach("kill_job", "yes", job="OB_1")
    assert without.returncode == 1
    assert "ORA-39174: Encryption password must be supplied." in without.stderr
    assert oracle.job_states() == ["EXECUTING"]

    parfile = oracle.parfile(userid=LOGIN, attach="OB_1", encryption_password=password)
    done = oracle.run("expdp", f"parfile={parfile}", stdin="kill_job\nyes\n")
    assert done.returncode == 0
    assert oracle.job_states() == []


@pytest.mark.parametrize(
    ("parameters", "lines"),
    [
        ({"encryption": "all"}, ["ORA-39002", "ORA-39180", "ORA-28365: wallet is not open"]),
        ({**ENCRYPTED, "encryption_mode": "dual"}, ["ORA-28365: wallet is not open"]),
        (
            {**ENCRYPTED, "encryption_mode": "transparent"},
            ["UDE-00011: parameter encryption_password is incompatible with parameter "],
        ),
        ({"encryption_algorithm": "aes256"}, ["ORA-39005: inconsistent arguments"]),
        ({"encryption_password": "x" * 129}, ["ORA-39001: ", "ORA-39180: "]),
        (
            {"encryption": "encrypted_columns_only", "encryption_password": "x" * 31},
            ["ORA-39180: "],
        ),
        ({"encryption": "some"}, ["UDE-00014: invalid value for parameter, 'encryption'."]),
        ({"encryption_mode": "both"}, ["UDE-00014: invalid value for parameter, 'encryption_m"]),
        ({"encryption_algorithm": "des"}, ["UDE-00014: invalid value for parameter, 'encryptio"]),
        ({"compression": "most"}, ["UDE-00014: invalid value for parameter, 'compression'."]),
        ({"compression_algorithm": "zip"}, ["UDE-00014: invalid value for parameter, 'compres"]),
        ({"access_method": "fast"}, ["UDE-00014: invalid value for parameter, 'access_method'."]),
        ({"cluster": "maybe"}, ["UDE-00014: invalid value for parameter, 'cluster'."]),
        ({"content": "some"}, ["UDE-00014: invalid value for parameter, 'content'."]),
        ({"version": "twelve"}, ["UDE-00014: invalid value for parameter, 'version'."]),
        ({"version": "8.1"}, ["ORA-39021: Database compatibility version 8.1.0.0.0 is not supp"]),
        ({"checksum": "yes"}, ["LRM-00101: unknown parameter name 'checksum'", "LRM-00113: "]),
        (
            {"exclude": 'TABLE:"IN ("'},
            ["ORA-39001: ", "ORA-39071: Value for EXCLUDE is badly formed.", "ORA-00936: "],
        ),
        (
            {"exclude": "TABLE:\"IN ('{}')\"".format("','".join(f"T{n:06}" for n in range(500)))},
            ["UDE-00014: invalid value for parameter, 'exclude'."],
        ),
    ],
)
def test_expdp_refuses_what_cannot_be(oracle, parameters, lines):
    said = _refused(oracle, **parameters)

    at = [next(i for i, line in enumerate(said) if line.startswith(text)) for text in lines]
    assert at == sorted(at)


def test_checksums_are_written_and_verified_from_21c_on(oracle_21):
    for algorithm in ("CRC32", "SHA512"):
        name = f"{algorithm}.dmp"
        done = oracle_21.export(
            schemas="HR", dumpfile=name, checksum="yes", checksum_algorithm=algorithm
        )
        assert done.returncode == 0
        assert "Generating checksums for dump file set\n" in done.stderr
        path = oracle_21.dumps / name
        content = bytearray(path.read_bytes())
        assert oracle_21.import_(schemas="NONE", dumpfile=name).returncode == 5
        content[-1] ^= 1
        path.write_bytes(content)
        broken = oracle_21.import_(schemas="HR", dumpfile=name)
        assert broken.returncode == 1
        assert f'ORA-39412: file checksum error in dump file "{path}"' in broken.stderr


def test_checksums_need_compatible_too(oracle_21):
    connection = instance.connect(oracle_21.home)
    connection.execute("UPDATE lab_parameters SET value = '19.0.0' WHERE name = 'compatible'")
    connection.close()

    said = _refused(oracle_21, checksum="yes")

    assert "ORA-39055: The CHECKSUM feature is not supported in version 19.0.0." in said


def test_include_and_exclude_go_together_from_21c_on(oracle_21):
    parameters = {"include": "TABLE", "exclude": "TABLE:\"IN ('JOBS')\""}

    assert oracle_21.export(schemas="HR", **parameters).returncode == 0
    assert '"HR"."JOBS"' not in oracle_21.log("exp.log")


def test_metadata_only_dump_brings_empty_tables(oracle):
    oracle.export(schemas="HR", content="metadata_only")

    oracle.import_(schemas="HR", remap_schema="HR:EMPTYISH")

    assert oracle.query('SELECT count(*) FROM "EMPTYISH.EMPLOYEES"') == [(0,)]


def test_data_only_dump_brings_rows_for_tables_that_are_there(oracle):
    oracle.export(schemas="HR", content="data_only", dumpfile="rows.dmp")
    oracle.export(schemas="HR", content="metadata_only", dumpfile="tables.dmp")
    target = {"schemas": "HR", "remap_schema": "HR:EMPTYISH"}

    alone = oracle.import_(dumpfile="rows.dmp", **target)
    assert 'ORA-31693: Table data object "EMPTYISH"."JOBS" failed' in alone.stderr
    oracle.import_(dumpfile="tables.dmp", **target)
    oracle.import_(dumpfile="rows.dmp", **target)

    assert oracle.query('SELECT count(*) FROM "EMPTYISH.EMPLOYEES"') == [(107,)]


def test_expdp_takes_the_other_parameters(oracle):
    done = oracle.export(
        schemas="HR",
        cluster="n",
        parallel="2",
        version="12.2",
        access_method="external_table",
        metrics="yes",
    )

    assert done.returncode == 0
    assert "rows in 0 seconds using external_table" in done.stderr
    assert b'"version": "12.2"' in (oracle.dumps / "a_01.dmp").read_bytes()


@pytest.mark.parametrize(
    ("excluded", "gone", "stays"),
    [
        ("INDEX", "/TABLE/INDEX", "/TABLE/TABLE\n"),
        ("REF_CONSTRAINT", "/REF_CONSTRAINT", "/CONSTRAINT/CONSTRAINT"),
        ("SCHEMA_EXPORT/TABLE/CONSTRAINT", "/TABLE/CONSTRAINT", "/TABLE/INDEX"),
        ("TABLE_DATA", ". . exported", "/TABLE/TABLE\n"),
        ("USER", "SCHEMA_EXPORT/USER", "/TABLE/TABLE\n"),
    ],
)
def test_excluded_kinds_are_not_processed(oracle, excluded, gone, stays):
    oracle.export(schemas="HR", exclude=excluded)

    done = oracle.log("exp.log").partition("Starting ")[2]
    assert gone not in done
    assert stays in done
