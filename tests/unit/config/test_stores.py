"""One store or several: which of both holds, and what is wrong with a list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.config.load import Config
    from oracle_backup.config.model import SchemaSettings

TWO = "[{conn_id: near, path: /a}, {conn_id: far, path: /b}]"


def paths(found: SchemaSettings) -> list[str]:
    return [store.path for store in found.all_stores]


def test_one_store_is_all_stores(settings: Callable[[str], SchemaSettings]) -> None:
    found = settings("")

    assert found.store is not None
    assert found.all_stores == (found.store,)
    assert (found.store.label, found.store.verify) == ("store", "full")
    assert found.store.bandwidth_limit_bytes is None


def test_stores_are_read_in_their_order(settings: Callable[[str], SchemaSettings]) -> None:
    found = settings(
        """\
        stores:
          - {conn_id: near, path: /a/, verify: size}
          - {name: offsite, conn_id: far, path: /b, verify: hash, bandwidth_limit: 20mb}
        """
    )

    assert found.store is None
    near, far = found.all_stores
    assert (near.label, near.path, near.verify) == ("near", "/a", "size")
    assert (far.label, far.verify, far.bandwidth_limit) == ("offsite", "hash", "20MB")
    assert far.bandwidth_limit_bytes == 20 * 1024 * 1024


@pytest.mark.parametrize(
    ("written", "size"), [("1KB", 1024), ("500KB", 500 * 1024), ("2GB", 2 * 1024**3)]
)
def test_bandwidth_limit_is_bytes_in_a_second(
    settings: Callable[[str], SchemaSettings], written: str, size: int
) -> None:
    (store,) = settings(f"store: {{bandwidth_limit: {written}}}").all_stores
    assert store.bandwidth_limit_bytes == size


@pytest.mark.parametrize(
    ("database", "schema", "expected"),
    [
        ("", f"stores: {TWO}", ["/a", "/b"]),
        (f"stores: {TWO}", "", ["/a", "/b"]),
        (f"stores: {TWO}", "store: {conn_id: x, path: /x}", ["/x"]),
        (f"stores: {TWO}", "stores: [{conn_id: y, path: /y}]", ["/y"]),
        ("store: {path: /d}", "store: {conn_id: e}", ["/d"]),
        # What says nothing replaces nothing.
        (f"stores: {TWO}", "store:", ["/a", "/b"]),
        (f"stores: {TWO}", "store: {}", ["/a", "/b"]),
        ("store: {path: /d}", "stores:", ["/d"]),
    ],
)
def test_nearer_level_with_either_replaces_both(
    load_databases: Callable[[str], Config], database: str, schema: str, expected: list[str]
) -> None:
    config = load_databases(f"erp:\n  {database}\n  schemas:\n    HR:\n      {schema}\n")

    assert config.problems == ()
    assert paths(config.schemas[0]) == expected


def test_schema_without_stores_of_its_own_keeps_the_store_of_the_defaults(
    load_databases: Callable[[str], Config],
) -> None:
    config = load_databases(f"erp: {{schemas: {{A: {{stores: {TWO}}}, B: }}}}")

    assert [paths(found) for found in config.schemas] == [["/a", "/b"], ["/backups"]]


def test_part_of_a_store_takes_nothing_from_stores(load_databases: Callable[[str], Config]) -> None:
    config = load_databases(f"erp: {{stores: {TWO}, schemas: {{HR: {{store: {{path: /x}}}}}}}}")

    assert config.problems == (
        "databases.erp.schemas.HR.store.conn_id: is required; "
        "give it here, for the database or in defaults",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stores: []", "stores: must have at least one item, is a list"),
        ("stores: near", 'stores: must be a list, is "near"; write each item on a line of its '),
        ("stores: [near]", "stores[0]: must be a group of options; write each on a line of its "),
        ("stores: [{path: /}]", "stores[0].conn_id: is required"),
        ("stores: [{conn_id: a, path: b}]", "stores[0].path: must be an absolute path"),
        (
            "stores: [{conn_id: a, path: /}, {conn_id: b, path: /, pth: x}]",
            'stores[1].pth: unknown option; did you mean "path"?',
        ),
        (
            "stores: [{conn_id: a, path: /, zzz: x}]",
            "stores[0].zzz: unknown option; known here: bandwidth_limit, conn_id, name, path, ",
        ),
        (
            "stores: [{conn_id: a, path: /, verify: none}]",
            'stores[0].verify: must be full, hash or size, is "none"',
        ),
        (
            "stores: [{conn_id: a, path: /, bandwidth_limit: 20}]",
            "stores[0].bandwidth_limit: must be text, is 20; put it in quotes",
        ),
        (
            "stores: [{conn_id: a, path: /, bandwidth_limit: 20 Mbit}]",
            "stores[0].bandwidth_limit: must be bytes in a second, such as 500KB or 20MB, is ",
        ),
        (
            "stores: [{conn_id: a, path: /, name: Off site}]",
            "stores[0].name: must be a lower-case letter, then at most 39 ",
        ),
        (
            f"{{store: {{path: /}}, stores: {TWO}}}",
            "stores: does not go with store: put all stores into this list, or remove it",
        ),
        (
            "stores: [{conn_id: a, path: /x}, {conn_id: a, path: /x/}]",
            "stores[1]: is the same place as stores[0]; remove one",
        ),
        (
            "stores: [{conn_id: a, path: /x}, {conn_id: a, path: /y}]",
            "stores[1].name: is required: by its connection it is called as stores[0]",
        ),
        (
            "stores: [{name: x, conn_id: a, path: /x}, {name: x, conn_id: b, path: /y}]",
            "stores[1].name: must be a name of its own, is that of stores[0]",
        ),
        ("store: {verify: size}", "store.verify: must be full or hash: the right size does not"),
        (
            "stores: [{conn_id: a, path: /x, verify: size}, {conn_id: b, path: /, verify: size}]",
            "stores[0].verify: must be full or hash on one of the stores at least: the right size",
        ),
        (
            "{stores: [{conn_id: a, path: /}], archive: {password_conn_id: a}}",
            "archive.password_conn_id: must be a connection of its own, is that of "
            "stores[0].conn_id: backups must stay readable",
        ),
    ],
)
def test_what_is_wrong_with_stores_is_said_with_its_place(
    problems: Callable[[str], list[str]], text: str, said: str
) -> None:
    (line,) = problems(text)
    assert line.startswith(said)


def test_mistake_in_stores_stands_where_the_list_was_written(
    load_databases: Callable[[str], Config],
) -> None:
    config = load_databases("erp: {stores: [{path: /}], schemas: {A: , B: }}")

    assert config.problems == ("databases.erp.stores[0].conn_id: is required",)


def test_mistakes_beside_wrong_stores_are_reported_too(
    problems: Callable[[str], list[str]],
) -> None:
    found = problems(
        "{stores: [{path: /}], archive: {password_conn_id: backup_store}, export: {parallel: 0}}"
    )
    assert [line.partition(":")[0] for line in found] == ["export.parallel", "stores[0].conn_id"]


def test_mistake_beside_right_stores_brings_no_store_into_play(
    problems: Callable[[str], list[str]],
) -> None:
    (line,) = problems(f"{{stores: {TWO}, retries: -1}}")
    assert line.startswith("retries: ")


def test_no_store_at_all_is_a_mistake(load_text: Callable[[str], Config]) -> None:
    config = load_text(
        """\
        databases:
          erp:
            host_conn_id: host
            database_conn_id: database
            environment: {oracle_home: /u01, oracle_sid: ORCL}
            mail: {to: [a@b]}
            schemas: {HR: }
        """.replace("        ", "", 1)
    )
    assert [line.partition(":")[0] for line in config.problems] == [
        "databases.erp.schemas.HR.store.conn_id",
        "databases.erp.schemas.HR.store.path",
    ]
