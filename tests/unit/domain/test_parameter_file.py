"""Parameter files: each value arrives as it is, or is refused before anything starts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.parameter_file import (
    Login,
    parse_release,
    render_attach,
    render_data_pump,
    render_legacy,
)
from oracle_backup.domain.parameter_values import quote_name, table_filter
from oracle_backup.errors import ConfigError
from support.builders import make_login, make_parameters

RENDERERS = (render_data_pump, render_legacy, render_attach)


def make_legacy(**changes: object):
    return make_parameters(
        **({"directory": "/u01/dp", "dump_file": "HR-20261123T020000Z.dmp"} | changes)
    )


def make_encrypted(**changes: object):
    return make_parameters(**({"encryption": "all", "encryption_password": "s3cret"} | changes))


def lines_of(text: str) -> dict[str, list[str]]:
    """Return each parameter's values; the file must be one parameter a line."""
    assert text.endswith("\n")
    found: dict[str, list[str]] = {}
    for line in text[:-1].split("\n"):
        key, equals, value = line.partition("=")
        assert equals
        assert key.isupper()
        found.setdefault(key, []).append(value)
    return found


def test_data_pump_file_says_all_of_an_export() -> None:
    text = render_data_pump(
        make_parameters(
            schema="Mixed Case",
            flashback_scn=4711,
            content="metadata_only",
            exclude=("STATISTICS", "TABLE/INDEX"),
            exclude_tables=("STAGING", "Session Log", "A#1"),
            parallel=4,
            file_size="5G",
            compression="all",
            compression_algorithm="medium",
            checksum=True,
            checksum_algorithm="sha512",
            version="12.2",
            access_method="direct_path",
            encryption="data_only",
            encryption_mode="dual",
            encryption_algorithm="aes256",
            encryption_password="dump s3cret",
            release=(21, 3),
        )
    )

    assert text == (
        'USERID=BACKUP/"s3cret"\n'
        "JOB_NAME=OB_ABCDEFGHIJKL_G1\n"
        "SCHEMAS='\"Mixed Case\"'\n"
        "DIRECTORY=DATA_PUMP_DIR\n"
        "DUMPFILE=HR-20261123T020000Z_%U.dmp\n"
        "LOGFILE=HR-20261123T020000Z.log\n"
        "REUSE_DUMPFILES=NO\n"
        "METRICS=YES\n"
        "LOGTIME=ALL\n"
        "FLASHBACK_SCN=4711\n"
        "CONTENT=METADATA_ONLY\n"
        "EXCLUDE=STATISTICS\n"
        "EXCLUDE=TABLE/INDEX\n"
        "EXCLUDE=TABLE:\"IN ('STAGING','Session Log','A#1')\"\n"
        "PARALLEL=4\n"
        "CLUSTER=N\n"
        "FILESIZE=5G\n"
        "COMPRESSION=ALL\n"
        "COMPRESSION_ALGORITHM=MEDIUM\n"
        "CHECKSUM=YES\n"
        "CHECKSUM_ALGORITHM=SHA512\n"
        "VERSION=12.2\n"
        "ACCESS_METHOD=DIRECT_PATH\n"
        "ENCRYPTION=DATA_ONLY\n"
        "ENCRYPTION_MODE=DUAL\n"
        "ENCRYPTION_ALGORITHM=AES256\n"
        'ENCRYPTION_PASSWORD="dump s3cret"\n'
    )


def test_data_pump_file_of_a_plain_export_holds_no_options() -> None:
    found = lines_of(render_data_pump(make_parameters(consistent=False)))

    assert found["SCHEMAS"] == ["HR"]
    assert set(found) == {
        *("USERID", "JOB_NAME", "SCHEMAS", "DIRECTORY", "DUMPFILE", "LOGFILE"),
        *("REUSE_DUMPFILES", "METRICS", "LOGTIME"),
    }


LEGACY_NAMES = {
    *("BUFFER", "COMPRESS", "CONSISTENT", "CONSTRAINTS", "DIRECT", "FEEDBACK", "FILE", "GRANTS"),
    *("INDEXES", "LOG", "OBJECT_CONSISTENT", "OWNER", "RECORD", "RECORDLENGTH", "RESUMABLE"),
    *("ROWS", "STATISTICS", "TRIGGERS", "TTS_FULL_CHECK", "VOLSIZE"),
}


def test_data_pump_file_holds_no_name_that_would_switch_on_legacy_mode() -> None:
    names = set(lines_of(render_data_pump(make_encrypted(parallel=2, cluster=True))))
    names |= set(lines_of(render_attach(make_encrypted())))

    assert not names & LEGACY_NAMES


def test_workers_on_other_instances_are_asked_for() -> None:
    assert "CLUSTER" not in lines_of(render_data_pump(make_parameters(parallel=2, cluster=True)))
    assert "CLUSTER" not in lines_of(render_data_pump(make_parameters(parallel=1)))


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (None, {"LOGTIME", "CLUSTER"}),
        ((19, 21), {"LOGTIME", "CLUSTER"}),
        ((12, 1), {"LOGTIME", "CLUSTER"}),
        ((11, 2), {"CLUSTER"}),
        ((11, 1), set()),
        ((10, 2), set()),
    ],
)
def test_older_database_is_told_nothing_it_does_not_know(
    release: tuple[int, ...] | None, expected: set[str]
) -> None:
    found = lines_of(render_data_pump(make_parameters(parallel=2, release=release)))

    assert set(found) & {"LOGTIME", "CLUSTER"} == expected


@pytest.mark.parametrize(
    ("changes", "release", "needed"),
    [
        ({"checksum": True}, (19, 21), "checksum needs a database of release 21.0"),
        (
            {"compression": "all", "compression_algorithm": "low"},
            (11, 2),
            "compression_algorithm needs a database of release 12.1",
        ),
        ({"encryption": "all"}, (10, 2), "encryption needs a database of release 11.1"),
    ],
)
def test_option_the_database_is_too_old_for_is_refused(
    changes: dict[str, object], release: tuple[int, int], needed: str
) -> None:
    with pytest.raises(ConfigError, match=needed):
        render_data_pump(make_encrypted(**({"encryption": None} | changes), release=release))


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("19.21.0.0.0", (19, 21)),
        ("11.2.0.4.0", (11, 2)),
        ("23.6", (23, 6)),
        ("21", None),
        ("", None),
        (None, None),
        ("19.x", None),
        ("19c.1", None),
        ("٣.٤", None),
    ],
)
def test_release_is_the_first_two_numbers_of_a_version(
    version: str | None, release: tuple[int, int] | None
) -> None:
    assert parse_release(version) == release


def test_data_pump_file_takes_the_start_where_no_change_number_is_known() -> None:
    found = lines_of(render_data_pump(make_parameters()))

    assert found["FLASHBACK_TIME"] == ["SYSTIMESTAMP"]
    assert "FLASHBACK_SCN" not in found


def test_data_pump_file_ignores_a_change_number_where_consistency_is_not_asked_for() -> None:
    found = lines_of(render_data_pump(make_parameters(consistent=False, flashback_scn=4711)))

    assert not {"FLASHBACK_SCN", "FLASHBACK_TIME"} & set(found)


@pytest.mark.parametrize("template", ["%U", "%L"])
def test_data_pump_file_takes_both_templates(template: str) -> None:
    found = lines_of(render_data_pump(make_parameters(dump_file=f"HR_{template}.dmp")))

    assert found["DUMPFILE"] == [f"HR_{template}.dmp"]


@pytest.mark.parametrize("field", ["dump_file", "log_file"])
def test_legacy_file_refuses_templates(field: str) -> None:
    with pytest.raises(ConfigError, match="HR_%U"):
        render_legacy(make_legacy(**{field: "HR_%U.dmp"}))


def test_data_pump_file_never_overwrites_a_dump() -> None:
    assert lines_of(render_data_pump(make_parameters()))["REUSE_DUMPFILES"] == ["NO"]


def test_legacy_file_says_all_of_an_export() -> None:
    assert render_legacy(make_legacy(schema="Mixed Case")) == (
        'USERID=BACKUP/"s3cret"\n'
        "OWNER='\"Mixed Case\"'\n"
        "FILE=/u01/dp/HR-20261123T020000Z.dmp\n"
        "LOG=/u01/dp/HR-20261123T020000Z.log\n"
        "STATISTICS=NONE\n"
        "CONSISTENT=Y\n"
    )


@pytest.mark.parametrize("folder", ["/u01/dp/", "/u01/dp//", "/u01/dp"])
def test_legacy_file_joins_folder_and_name_with_one_slash(folder: str) -> None:
    found = lines_of(render_legacy(make_legacy(directory=folder, consistent=False)))

    assert found["FILE"] == ["/u01/dp/HR-20261123T020000Z.dmp"]
    assert found["CONSISTENT"] == ["N"]


def test_legacy_file_can_write_to_the_root() -> None:
    assert lines_of(render_legacy(make_legacy(directory="/")))["LOG"] == [
        "/HR-20261123T020000Z.log"
    ]


def test_legacy_file_says_how_rows_are_read() -> None:
    assert lines_of(render_legacy(make_legacy(direct=True)))["DIRECT"] == ["Y"]
    assert lines_of(render_legacy(make_legacy(buffer_bytes=10**7)))["BUFFER"] == ["10000000"]


@pytest.mark.parametrize("size", [0, -1, 2**31])
def test_legacy_file_refuses_a_buffer_exp_cannot_have(size: int) -> None:
    with pytest.raises(ConfigError, match="export.buffer is"):
        render_legacy(make_legacy(buffer_bytes=size))


def test_legacy_file_refuses_a_buffer_that_would_not_be_used() -> None:
    with pytest.raises(ConfigError, match="export.buffer does nothing with export.direct"):
        render_legacy(make_legacy(direct=True, buffer_bytes=10**7))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content", "data_only"),
        ("exclude_tables", ("A",)),
        ("parallel", 2),
        ("cluster", True),
        ("file_size", "1G"),
        ("compression", "all"),
        ("compression_algorithm", "low"),
        ("encryption", "all"),
        ("encryption_mode", "dual"),
        ("encryption_algorithm", "aes128"),
        ("encryption_password", "x"),
        ("checksum", True),
        ("checksum_algorithm", "crc32"),
        ("version", "11.2"),
        ("access_method", "direct_path"),
    ],
)
def test_legacy_file_refuses_what_only_data_pump_knows(field: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"export.{field} is an option of expdp, not of exp"):
        render_legacy(make_legacy(**{field: value}))


@pytest.mark.parametrize(("field", "value"), [("direct", True), ("buffer_bytes", 4096)])
def test_data_pump_file_refuses_what_only_exp_knows(field: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"export.{field} is an option of exp, not of expdp"):
        render_data_pump(make_parameters(**{field: value}))


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({}, "s3cret"),
        ({"encryption_password": "with blank"}, '"with blank"'),
        ({"encryption_password": "contraseña"}, '"contraseña"'),
        ({"encryption_password": "a,b#c"}, '"a,b#c"'),
        ({"encryption_password": "x" * 128}, "x" * 128),
        ({"encryption_mode": "dual"}, "s3cret"),
        ({"encryption_mode": "transparent"}, None),
        ({"encryption": None, "encryption_password": ""}, None),
    ],
)
def test_encryption_password_goes_into_both_files(
    changes: dict[str, object], written: str | None
) -> None:
    parameters = make_encrypted(**changes)
    expected = None if written is None else [written]

    assert lines_of(render_data_pump(parameters)).get("ENCRYPTION_PASSWORD") == expected
    assert lines_of(render_attach(parameters)).get("ENCRYPTION_PASSWORD") == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"encryption_password": ""},
        {"encryption_password": 'a"b'},
        {"encryption_password": "a\\b"},
        {"encryption_password": "a\nUSERID=X"},
        {"encryption_password": "x" * 129},
        {"encryption_password": "ñ" * 65},
        {"encryption_password": "x" * 31, "encryption": "encrypted_columns_only"},
    ],
)
@pytest.mark.parametrize("render", [render_data_pump, render_attach])
def test_encryption_password_that_no_file_can_carry_is_refused_and_not_shown(
    render, changes: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match="The encryption password must have 1 to ") as caught:
        render(make_encrypted(**changes))

    assert not changes["encryption_password"] or changes["encryption_password"] not in str(
        caught.value
    )
    assert "export.encryption_password_conn_id" in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("encryption_password", "x"),
        ("encryption_mode", "dual"),
        ("encryption_algorithm", "aes128"),
    ],
)
def test_data_pump_file_refuses_details_of_an_encryption_there_is_none_of(
    field: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=f"export.{field} does nothing without"):
        render_data_pump(make_parameters(**{field: value}))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("A'B", "'"),
        ('A"', '"'),
        ("A\nB", "n"),
        ("A,B", ","),
        ("A%", "%"),
        ("A:B", ":"),
        ("", "''"),
        ("A\\", "A"),
        ("x" * 129, "x"),
    ],
)
def test_table_that_could_be_read_as_more_is_refused_with_its_place(name: str, shown: str) -> None:
    with pytest.raises(ConfigError, match=r"export\.exclude_tables\[1\] is ") as caught:
        render_data_pump(make_parameters(exclude_tables=("GOOD", name)))

    assert shown in str(caught.value)


def test_filter_is_measured_in_bytes() -> None:
    names = [f"Ñ{number:03}" for number in range(499)]
    table_filter(names[:-1])
    with pytest.raises(ConfigError, match="a filter of 4004 bytes, more than the 4000"):
        table_filter(names)


def test_attach_file_holds_login_and_job_only() -> None:
    assert render_attach(make_parameters()) == (
        'USERID=BACKUP/"s3cret"\nATTACH=OB_ABCDEFGHIJKL_G1\n'
    )


@pytest.mark.parametrize(
    ("login", "userid"),
    [
        (make_login(), 'BACKUP/"s3cret"'),
        (make_login(user="Mixed#User", password="p@ss w,or/d"), '"Mixed#User"/"p@ss w,or/d"'),
        (
            make_login(connect_identifier="//db:1521/erp"),
            'BACKUP/"s3cret"@//db:1521/erp',
        ),
        (make_login(password=""), 'BACKUP/""'),
        (make_login(password="contraseña"), 'BACKUP/"contraseña"'),
        (Login(method="wallet", connect_identifier="erp_wallet"), "/@erp_wallet"),
        (Login(method="wallet"), "/"),
        (Login(method="os"), "/"),
        (Login(method="os", connect_identifier="ignored"), "/"),
    ],
)
def test_userid_of_each_login(login: Login, userid: str) -> None:
    assert login.userid() == userid


@pytest.mark.parametrize(
    "password", ['a"b', "a\\", "a\nb", "a\rb", "a\tb", "a\0b", "a\x85b", "a\u2028b"]
)
@pytest.mark.parametrize("render", RENDERERS)
def test_password_that_no_file_can_carry_is_refused_and_not_shown(render, password: str) -> None:
    with pytest.raises(ConfigError) as caught:
        render(make_legacy(login=make_login(password=password)))

    assert password not in str(caught.value)
    assert "password" in str(caught.value)
    assert caught.value.hint


def test_password_is_in_no_repr() -> None:
    parameters = make_parameters(login=make_login(password="hidden-thing"))

    assert "hidden-thing" not in repr(parameters)
    assert "hidden-thing" not in repr(parameters.login)
    assert "hidden-thing" not in repr(make_encrypted(encryption_password="hidden-thing"))


@given(st.text(max_size=40))
def test_password_is_one_quoted_word_of_one_line_or_refused(password: str) -> None:
    login = make_login(password=password)
    try:
        text = render_data_pump(make_parameters(login=login))
    except ConfigError:
        assert set(password) & {'"', "\\"} or not password.isprintable()
        return

    assert lines_of(text)["USERID"] == [f'BACKUP/"{password}"']
    assert text.count('"') == 2


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("HR", "HR"),
        ("OPS$HR", "OPS$HR"),
        ("HR_2", "HR_2"),
        ("C##HR", '"C##HR"'),
        ("hr", '"hr"'),
        ("2HR", '"2HR"'),
        ("MIXED case", '"MIXED case"'),
        ("X" * 128, "X" * 128),
    ],
)
def test_quote_name_keeps_the_case(name: str, quoted: str) -> None:
    assert quote_name(name) == quoted


@pytest.mark.parametrize(
    "name",
    [
        *("", 'A"B', "A'B", "A\nB", "A\x7f", "x" * 129, "X" * 129, "ñ" * 65, "A\ud800"),
        *("A,B", "A%B", "A:B", "A/B", "A\\B", "A(B", "A=B", "A@B", "A\u2028B"),
    ],
)
def test_quote_name_refuses_what_can_be_no_name(name: str) -> None:
    with pytest.raises(ConfigError, match="can't be the name"):
        quote_name(name)


@given(st.text(max_size=140))
def test_quote_name_is_one_word_or_refused(name: str) -> None:
    try:
        quoted = quote_name(name)
    except ConfigError:
        return

    assert quoted in {name, f'"{name}"'}
    assert quoted.isprintable()
    assert quoted.startswith('"') or not set(quoted) & set(" ,#'\"")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("directory", "data_pump_dir"),
        ("directory", "DIR DUMPFILE=X"),
        ("directory", "DIR\nREUSE_DUMPFILES=YES"),
        ("dump_file", "a,b.dmp"),
        ("dump_file", "OTHER_DIR:a.dmp"),
        ("dump_file", "../a.dmp"),
        ("dump_file", ".."),
        ("dump_file", "a%D.dmp"),
        ("dump_file", "a%l.dmp"),
        ("dump_file", "%U%U.dmp"),
        ("dump_file", ""),
        ("log_file", "a.log\n"),
        ("log_file", "a b.log"),
        ("job_name", "ob_lower"),
        ("job_name", "O" * 31),
        ("job_name", ""),
        ("exclude", ('TABLE:"IN (1)"',)),
        ("exclude", ("table",)),
        ("exclude", ("TABLE/",)),
        ("file_size", "0G"),
        ("file_size", "5X"),
        ("file_size", "5 G"),
        ("file_size", ""),
        ("content", "everything"),
        ("content", "ALL\nFULL=Y"),
        ("compression", "ALL"),
        ("compression_algorithm", "zip"),
        ("checksum_algorithm", "md5"),
        ("access_method", "insert_as_select"),
        ("version", "LATEST"),
        ("version", "12.2 FULL=Y"),
        ("version", "0"),
    ],
)
def test_data_pump_file_refuses_what_could_be_read_as_more(field: str, value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        render_data_pump(make_parameters(**{field: value}))

    assert repr(value[0] if isinstance(value, tuple) else value) in str(caught.value)


@pytest.mark.parametrize("file_size", ["1", "5G", "5gb", "700MB", "1024B", "2T", "64K"])
def test_data_pump_file_takes_every_unit_of_file_size(file_size: str) -> None:
    found = lines_of(render_data_pump(make_parameters(file_size=file_size)))

    assert found["FILESIZE"] == [file_size]


@pytest.mark.parametrize(
    "folder", ["u01/dp", "", "/u01/../dp", "/u01/..", "/u01 dp", "/u01,dp", "/u01\nX=Y"]
)
def test_legacy_file_refuses_a_folder_that_is_not_a_plain_path(folder: str) -> None:
    with pytest.raises(ConfigError, match=r"export\.path"):
        render_legacy(make_legacy(directory=folder))


@pytest.mark.parametrize("connect", ['a"b', "a b", "a\nb", "a'b", "a\\b", "/../"])
@pytest.mark.parametrize("method", ["password", "wallet"])
def test_connect_identifier_that_could_be_read_as_more_is_refused(
    connect: str, method: str
) -> None:
    login = make_login(method=method, connect_identifier=connect)

    with pytest.raises(ConfigError, match=r"login\.connect_identifier"):
        login.userid()


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "schema": st.text(max_size=12),
            "directory": st.text(max_size=12),
            "dump_file": st.text(max_size=12),
            "log_file": st.text(max_size=12),
            "job_name": st.text(max_size=12),
            "exclude": st.lists(st.text(max_size=12), max_size=2).map(tuple),
            "exclude_tables": st.lists(st.text(max_size=12), max_size=3).map(tuple),
            "content": st.text(max_size=12),
            "version": st.none() | st.text(max_size=6),
            "file_size": st.text(max_size=5),
            "login": st.builds(
                Login,
                method=st.sampled_from(["password", "wallet", "os"]),
                user=st.text(max_size=8),
                password=st.text(max_size=8),
                connect_identifier=st.text(max_size=8),
            ),
        },
    )
)
def test_no_value_can_add_a_parameter(changes: dict[str, object]) -> None:
    parameters = make_parameters(**changes)
    try:
        found = lines_of(render_data_pump(parameters))
    except ConfigError:
        return

    exclude = {"EXCLUDE"} if parameters.exclude or parameters.exclude_tables else set()
    size = {"FILESIZE"} if parameters.file_size is not None else set()
    content = {"CONTENT"} if parameters.content != "all" else set()
    version = {"VERSION"} if parameters.version is not None else set()
    assert set(found) == exclude | size | content | version | {
        *("USERID", "JOB_NAME", "SCHEMAS", "DIRECTORY", "DUMPFILE", "LOGFILE"),
        *("REUSE_DUMPFILES", "METRICS", "LOGTIME", "FLASHBACK_TIME"),
    }
    filters = len(parameters.exclude) + bool(parameters.exclude_tables)
    assert len(found.pop("EXCLUDE", [])) == filters
    assert all(len(values) == 1 for values in found.values())
