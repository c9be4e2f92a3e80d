"""Parameter files: each value arrives as it is, or is refused before anything starts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_backup.domain.parameter_file import (
    Login,
    quote_name,
    render_attach,
    render_data_pump,
    render_legacy,
)
from oracle_backup.errors import ConfigError
from support.builders import make_login, make_parameters

RENDERERS = (render_data_pump, render_legacy, render_attach)


def make_legacy(**changes: object):
    return make_parameters(
        **({"directory": "/u01/dp", "dump_file": "HR-20261123T020000Z.dmp"} | changes)
    )


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
            exclude=("STATISTICS", "TABLE/INDEX"),
            parallel=4,
            file_size="5G",
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
        "EXCLUDE=STATISTICS\n"
        "EXCLUDE=TABLE/INDEX\n"
        "PARALLEL=4\n"
        "FILESIZE=5G\n"
    )


def test_data_pump_file_of_a_plain_export_holds_no_options() -> None:
    found = lines_of(render_data_pump(make_parameters(consistent=False)))

    assert found["SCHEMAS"] == ["HR"]
    assert not {"FLASHBACK_SCN", "FLASHBACK_TIME", "EXCLUDE", "PARALLEL", "FILESIZE"} & set(found)


def test_data_pump_file_takes_the_start_where_no_change_number_is_known() -> None:
    found = lines_of(render_data_pump(make_parameters()))

    assert found["FLASHBACK_TIME"] == ["SYSTIMESTAMP"]
    assert "FLASHBACK_SCN" not in found


def test_data_pump_file_ignores_a_change_number_where_consistency_is_not_asked_for() -> None:
    found = lines_of(render_data_pump(make_parameters(consistent=False, flashback_scn=4711)))

    assert not {"FLASHBACK_SCN", "FLASHBACK_TIME"} & set(found)


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


@pytest.mark.parametrize("password", ['a"b', "a\nb", "a\rb", "a\tb", "a\0b", "a\x85b", "a\u2028b"])
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


@given(st.text(max_size=40))
def test_password_is_one_quoted_word_of_one_line_or_refused(password: str) -> None:
    login = make_login(password=password)
    try:
        text = render_data_pump(make_parameters(login=login))
    except ConfigError:
        assert '"' in password or not password.isprintable()
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
        ("A,B", '"A,B"'),
        ("X" * 128, "X" * 128),
    ],
)
def test_quote_name_keeps_the_case(name: str, quoted: str) -> None:
    assert quote_name(name) == quoted


@pytest.mark.parametrize("name", ["", 'A"B', "A'B", "A\nB", "A\x7f", "x" * 129, "X" * 129])
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
        ("dump_file", "a%L.dmp"),
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

    exclude = {"EXCLUDE"} if parameters.exclude else set()
    size = {"FILESIZE"} if parameters.file_size is not None else set()
    assert set(found) == exclude | size | {
        *("USERID", "JOB_NAME", "SCHEMAS", "DIRECTORY", "DUMPFILE", "LOGFILE"),
        *("REUSE_DUMPFILES", "METRICS", "LOGTIME", "FLASHBACK_TIME"),
    }
    assert len(found.pop("EXCLUDE", [])) == len(parameters.exclude)
    assert all(len(values) == 1 for values in found.values())
