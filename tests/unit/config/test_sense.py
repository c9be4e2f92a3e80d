"""Options that are right by themselves and wrong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings

EXP = "tool: exp, path: /dump"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("login: {method: wallet}", "login.connect_identifier: is required with login.method "),
        (
            "login: {method: os, connect_identifier: ERP}",
            "login.connect_identifier: does not go with login.method os",
        ),
        (
            "{login: {method: os}, environment: {oracle_sid: null}}",
            "environment.oracle_sid: is required with login.method os",
        ),
        (
            "environment: {oracle_sid: null}",
            "environment.oracle_sid: is required with login.method password where no "
            "login.connect_identifier is given; give one of them",
        ),
        (
            "environment: {pdb: a, container: b}",
            "environment.container: must be A like environment.pdb, is B; correct one of them",
        ),
        ("export: {tool: exp}", "export.path: is required with export.tool exp"),
        (f"export: {{{EXP}, parallel: 2}}", "export.parallel: must be 1 with export.tool exp, is"),
        (f"export: {{{EXP}, file_size: 1G}}", "export.file_size: does not go with export.tool "),
        (
            f"export: {{{EXP}, exclude: [STATISTICS, INDEX]}}",
            "export.exclude: may hold only STATISTICS with export.tool exp, has INDEX",
        ),
        ("retention: {keep_last: 0}", "retention: keeps nothing; give at least one option"),
        ("retention: {keep_last: null, keep_daily: 0}", "retention: keeps nothing"),
        (
            "archive: {password_conn_id: database}",
            "archive.password_conn_id: must be a connection of its own, is that of "
            "database_conn_id",
        ),
        ("archive: {password_conn_id: store}", "archive.password_conn_id: must be a connection "),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    problems: Callable[[str], list[str]], text: str, said: str
) -> None:
    (line,) = problems(text)
    assert line.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "login: {method: wallet, connect_identifier: ERP}",
        "login: {method: os}",
        "{login: {connect_identifier: //db/erp}, environment: {oracle_sid: null}}",
        "environment: {pdb: erp, container: ERP}",
        "environment: {pdb: erp}",
        f"export: {{{EXP}, exclude: [statistics]}}",
        "export: {path: /dump, parallel: 4, file_size: 1G, exclude: [INDEX]}",
        "retention: {keep_yearly: -1}",
        "retention: {keep_last: 0, keep_within: 1d}",
        "archive: {password_conn_id: archive_password}",
    ],
)
def test_options_that_go_together_are_kept(
    settings: Callable[[str], SchemaSettings], text: str
) -> None:
    settings(text)


@pytest.mark.parametrize("value", ["", " null", " {}"])
def test_empty_retention_has_the_default(
    settings: Callable[[str], SchemaSettings], value: str
) -> None:
    assert settings(f"retention:{value}").retention.keep_last == 7


def test_default_retention_is_not_added_to_one_that_is_given(
    load_databases: Callable[[str], Config],
) -> None:
    config = load_databases(
        """\
        erp:
          retention: {keep_daily: 3}
          schemas: {HR: , SALES: {retention: {keep_last: 2}}}
        """
    )
    assert [found.retention.keep_last for found in config.schemas] == [None, 2]
    assert [found.retention.keep_daily for found in config.schemas] == [3, 3]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{login: {method: 5}, environment: {oracle_sid: null}}", 1),
        ("{login: {connect_identifier: a b}, environment: {oracle_sid: null}}", 1),
        ("{login: 5, environment: {oracle_sid: null}}", 1),
        ("{login: {method: wallet, connect_identifier: a b}}", 1),
        ("export: {tool: exq}", 1),
        ("export: {tool: exp, path: 5}", 1),
        ("retention: {keep_last: x}", 1),
        ("retention: 5", 1),
        ("retention: {keep_lats: 5}", 1),
        ("login: {method: wallet, conect_identifier: ERP}", 1),
        # Wrong on their own accounts:
        ("export: {tool: exp, parallel: 99}", 2),
        ("export: {tool: exp, stall_after: 5, file_size: 1G}", 3),
        ("{zzz: 1, login: {method: wallet}}", 2),
        ("{environment: 5, login: {method: wallet}}", 2),
    ],
)
def test_what_follows_from_another_mistake_is_not_reported_and_all_else_is(
    problems: Callable[[str], list[str]], text: str, count: int
) -> None:
    assert len(problems(text)) == count


def test_problem_of_sense_stands_where_the_value_was_written(
    load_databases: Callable[[str], Config],
) -> None:
    config = load_databases(
        """\
        erp:
          export: {parallel: 4}
          schemas: {HR: {export: {tool: exp, path: /dump}}}
        """
    )
    assert config.problems == (
        "databases.erp.export.parallel: must be 1 with export.tool exp, is 4",
    )
