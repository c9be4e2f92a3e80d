"""What is said about each kind of mistake, less the path of the schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oracle_backup.config.problems import Problem, render_path, render_value
from oracle_backup.config.wording import describe

Problems = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retentions: {}", 'retentions: unknown option; did you mean "retention"?'),
        (
            "retention: {keep_lats: 1}",
            'retention.keep_lats: unknown option; did you mean "keep_last"?',
        ),
        ("keep_last: 1", 'keep_last: unknown option; did you mean "retention.keep_last"?'),
        ("schema: {}", 'schema: unknown option; did you mean "schemas"?'),
        ("schemas: {}", "schemas: unknown option; schemas stand below a database only"),
        ("databases:", "databases: unknown option; databases stand at the top of the file only"),
        (
            "zzz: 1",
            "zzz: unknown option; known here: archive, database_conn_id, deadline, enabled, ",
        ),
        ("store: {zzz: 1}", "store.zzz: unknown option; known here: bandwidth_limit, "),
        (
            "mail: {sender: a@b}",
            "mail.sender: unknown option; known here: also, conn_id, from, language, message, "
            "subject, to, when",
        ),
        ("database: x", "database: unknown option; did you mean "),
        ("schema_name: x", "schema_name: unknown option; did you mean "),
        ("retention: {keep_last: -5}", "retention.keep_last: must be at least -1, is -5"),
        ("export: {parallel: 33}", "export.parallel: must be at most 32, is 33"),
        (
            'archive: {level: "7"}',
            'archive.level: must be a whole number, is "7"; write it without quotes',
        ),
        ("archive: {level: 1.5}", "archive.level: must be a whole number, is 1.5"),
        ("archive: {level: 1.0}", "archive.level: must be a whole number, is 1.0"),
        ("archive: {level: true}", "archive.level: must be a whole number, is true"),
        ("archive: {level: [1]}", "archive.level: must be a whole number, is a list"),
        ("enabled: no", 'enabled: must be true or false, is "no"'),
        ("enabled: 1", "enabled: must be true or false, is 1"),
        ("timezone: 5", "timezone: must be text, is 5; put it in quotes"),
        ("timezone: {a: 1}", "timezone: must be text, is a group of options"),
        ("timezone:", "timezone: is empty; give a value or remove the line"),
        ("retries: null", "retries: is empty; give a value or remove the line"),
        (
            "timezone: Europe/Madird",
            'timezone: must be an IANA time zone, is "Europe/Madird"; did you mean "Europe/Madrid',
        ),
        ("schedule: 61 * * * *", "schedule: must be a valid cron string such as 0 2 * * *, is "),
        ("schedule: 5", "schedule: must be text, is 5; put it in quotes"),
        (
            "export: {tool: expd}",
            'export.tool: must be expdp or exp, is "expd"; did you mean "expdp"?',
        ),
        ("mail: {when: nie}", 'mail.when: must be always, warnings, failures or digest, is "nie"'),
        ("mail: {when: 5}", "mail.when: must be always, warnings, failures or digest, is 5"),
        ("export: {max_duration: 90}", "export.max_duration: must be a duration with its unit, "),
        ("export: {max_duration: 1x}", "export.max_duration: must be a duration such as 90m, "),
        ("export: {exclude: STATISTICS}", "export.exclude: must be a list, is "),
        ("export: {exclude: [A, 5]}", "export.exclude[1]: must be text, is 5; put it in quotes"),
        ("export: {exclude: ['TABLE:X']}", "export.exclude[0]: must be an object type of Data "),
        ("export: {tolerate: [ORA-1]}", "export.tolerate[0]: must be an error code with five "),
        ("export: {file_size: 5}", "export.file_size: must be text, is 5; put it in quotes"),
        ("export: {file_size: 5GiB}", "export.file_size: must be a size such as 500M, 5G or 1T, "),
        ("export: {warning_phrases: ['']}", "export.warning_phrases[0]: must be one line of 1 "),
        ('export: {error_phrases: ["a\\nb"]}', "export.error_phrases[0]: must be one line of 1 "),
        ("export: expdp", "export: must be a group of options; write each on a line of its own"),
        ("mail: {to: []}", "mail.to: must have at least one item, is a list"),
        ("mail: {to: [dba]}", "mail.to[0]: must be one mail address such as dba@example.com, "),
        ("store: {path: backups}", "store.path: must be an absolute path with / between folders"),
        ("store: {path: /a/../b}", 'store.path: must be a path without .., is "/a/../b"'),
        ("store: {path: 'C:\\b'}", "store.path: must be an absolute path with / between folders"),
        ("environment: {oracle_home: ~}", "environment.oracle_home: is empty; give a value or "),
        ("environment: {oracle_home: $HOME}", "environment.oracle_home: must be an absolute path "),
    ],
)
def test_mistake_is_named_with_its_path(problems: Problems, text: str, said: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize(
    "value",
    [
        '"a\\nb"',
        '"a, b"',
        "a,b",
        "a b",
        "a%b",
        "a:b",
        '"a\'b"',
        "'a\"b'",
        '"a\\\\b"',
        '"a\\0"',
        "a`b`",
        "$(a)",
        "a;b",
        "a&b",
        "a|b",
        "é",
    ],
)
@pytest.mark.parametrize(
    "option",
    [
        "environment: {oracle_sid: %}",
        "environment: {pdb: %}",
        "environment: {container: %}",
        "export: {directory: %}",
        "export: {exclude: [%]}",
        "export: {tolerate: [%]}",
        "export: {file_size: %}",
        "host_conn_id: %",
        "archive: {password_conn_id: %}",
    ],
)
def test_text_that_could_carry_something_else_is_refused(
    problems: Problems, option: str, value: str
) -> None:
    if value == '"a\\0"':
        value = '"a\\x01"'
    elif not value.startswith(('"', "'")):
        value = f"'{value}'"
    found = problems(option.replace("%", value))
    assert len(found) == 1
    assert found[0].startswith(option.partition(": ")[0])
    assert "\n" not in found[0]


@pytest.mark.parametrize("character", [" ", "'", '"', ",", "%", ":", "\\", "$", "`", "\n", ";"])
def test_path_on_the_host_carries_nothing_else(problems: Problems, character: str) -> None:
    text = f"/u01/a{character}b".replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    for option in ("environment: {oracle_home: %}", "export: {path: %}"):
        assert len(problems(option.replace("%", f'"{text}"'))) == 1


def test_mail_address_carries_no_second_header(problems: Problems) -> None:
    assert len(problems('mail: {to: ["a@b.example\\nBcc: c@d.example", "a@b,c@d"]}')) == 2


def test_required_options_that_are_missing_are_all_named(
    load_text: Callable[[str], object],
) -> None:
    config = load_text("databases: {erp: {login: {method: wallet}, schemas: {HR: }}}")
    assert config.problems[:-1] == tuple(  # type: ignore[attr-defined]
        f"databases.erp.schemas.HR.{name}: is required; "
        "give it here, for the database or in defaults"
        for name in (
            "host_conn_id",
            "database_conn_id",
            "environment.oracle_home",
            "store.conn_id",
            "store.path",
            "mail.to",
        )
    )
    assert config.problems[-1].startswith("databases.erp.login.connect_identifier: is required")


def test_error_of_another_kind_is_said_in_the_words_of_pydantic() -> None:
    error = {"type": "new", "loc": ("timezone",), "msg": "Input should be good", "input": 5}
    assert describe(error) == "input should be good, is 5"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "rendered"),
    [
        (("databases", "erp", "schemas", "OPS$X#"), "databases.erp.schemas.OPS$X#"),
        (("mail", "to", 0), "mail.to[0]"),
        (("schemas", '"Web Shop"'), "schemas.'\"Web Shop\"'"),
        (("schemas", "a b"), 'schemas."a b"'),
        (("a\nb",), '"a\\nb"'),
        (("a.b",), '"a.b"'),
        (("", "é"), '"".é'.replace("é", '"é"')),
        (('"\n"',), '"\\"\\n\\""'),
        (("\u202e",), '"\\u202e"'),
        (("\"'",), '"\\"\'"'),
    ],
)
def test_path_stands_on_one_line(path: tuple[str | int, ...], rendered: str) -> None:
    assert render_path(path) == rendered
    assert str(Problem(path, "is wrong")) == f"{rendered}: is wrong"


def test_long_value_is_cut() -> None:
    assert render_value("x" * 100) == '"' + "x" * 55 + '..."'
    assert len(render_path(('"' + "x" * 100 + '"',))) == 60
