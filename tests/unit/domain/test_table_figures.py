"""Which tables of an export a report names, and which codes tell why it is not whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oracle_backup.domain.log import ErrorBlock, ExportLog, TableRow, read_log
from oracle_backup.domain.table_figures import (
    MOST_TABLES,
    TableSize,
    TroubledTable,
    biggest_tables,
    tables_and_codes,
    telling_codes,
    troubled_tables,
)

LOGS = Path(__file__).resolve().parents[2] / "data" / "export_logs"


def row(table: str, rows: int, size_bytes: int | None, partition: str | None = None) -> TableRow:
    return TableRow("HR", table, partition, None, rows, size_bytes, None)


def error(code: str, *nested: str, subject: str | None = None) -> ErrorBlock:
    return ErrorBlock(code=code, text="", counted=True, nested=nested, subject=subject)


def test_partitions_are_added_up_and_the_biggest_come_first() -> None:
    log = ExportLog(
        tables=(
            row("SMALL", 5, 10),
            row("PARTED", 1, 60, "P1"),
            row("PARTED", 2, 60, "P2"),
            row("BIG", 3, 100),
            row("EMPTY", 0, 0),
        )
    )

    assert biggest_tables(log) == (
        TableSize(table="PARTED", rows=3, size_bytes=120),
        TableSize(table="BIG", rows=3, size_bytes=100),
        TableSize(table="SMALL", rows=5, size_bytes=10),
    )


def test_without_sizes_the_tables_with_the_most_rows_are_the_biggest() -> None:
    log = ExportLog(tables=(row("B", 5, None), row("A", 5, None), row("C", 9, None)))

    assert [one.table for one in biggest_tables(log)] == ["C", "A", "B"]
    assert biggest_tables(log)[0].size_bytes is None


def test_only_some_of_thousands_of_tables_go_into_xcom() -> None:
    log = ExportLog(
        tables=tuple(row(f"T{n}", n, n) for n in range(5_000)),
        errors=tuple(error("ORA-31693", subject=f'"HR"."T{n}"') for n in range(300)),
    )
    left = tables_and_codes(log)

    assert len(left["biggest"]) == len(left["troubled"]) == MOST_TABLES
    assert left["troubled_count"] == 300
    assert left["biggest"][0] == {"table": "T4999", "rows": 4_999, "size_bytes": 4_999}
    assert left["troubled"][0] == {"table": "T0", "code": "ORA-31693", "causes": []}
    assert json.loads(json.dumps(left)) == left


@pytest.mark.parametrize(
    ("subject", "table"),
    [
        ('TABLE_DATA:"HR"."JOBS"', "JOBS"),
        ('TABLE_DATA:"HR"."SALES":"P1"', "SALES:P1"),
        ('"HR"."SALES":"P1"."S2"', "SALES:P1:S2"),
        ('"Mixed Case"."a b"', "a b"),
        ('"JOBS"', "JOBS"),
        ("HR.T_MISSING", "T_MISSING"),
    ],
)
def test_table_is_named_as_the_message_prints_it(subject: str, table: str) -> None:
    log = ExportLog(errors=(error("ORA-31693", "ORA-02354", "ORA-01555", subject=subject),))

    assert troubled_tables(log) == (
        TroubledTable(table=table, code="ORA-31693", causes=("ORA-01555",)),
    )


def test_what_loses_no_rows_is_no_trouble() -> None:
    log = ExportLog(
        errors=(
            error("ORA-39171", subject='"HR"."A"'),
            error("ORA-39083", "ORA-01917", subject='"HR"."B"'),
            error("ORA-31693", subject=None),
            error("ORA-39181", subject='"HR"."C"'),
            error("ORA-31693", subject='"HR"."D"'),
            error("ORA-39181", subject='"HR"."D"'),
        )
    )

    assert [(one.table, one.code) for one in troubled_tables(log, tolerate=["ORA-39181"])] == [
        ("D", "ORA-31693")
    ]
    assert [one.table for one in troubled_tables(log)] == ["C", "D"]


def test_table_without_a_count_is_troubled_too() -> None:
    assert troubled_tables(ExportLog(failed_tables=("JOBS",))) == (TroubledTable(table="JOBS"),)


def test_causes_are_told_before_what_stands_above_them() -> None:
    log = ExportLog(
        errors=(
            error("ORA-39095"),
            error("ORA-31693", "ORA-02354", "ORA-01555"),
            error("ORA-31693", "ORA-02354", "ORA-01466"),
            error("ORA-39171"),
        )
    )

    assert telling_codes(log) == ("ORA-01555", "ORA-01466", "ORA-39095")
    assert telling_codes(log, tolerate=["ORA-31693"]) == ("ORA-39095",)


def test_code_that_only_points_elsewhere_is_better_than_none() -> None:
    assert telling_codes(ExportLog(errors=(error("ORA-31693"),))) == ("ORA-31693",)
    assert telling_codes(ExportLog()) == ()


def test_real_log_tells_its_tables_and_its_cause() -> None:
    log = read_log((LOGS / "en-expdp-lost-table.log").read_bytes())

    assert troubled_tables(log)
    assert all(one.code and one.table.isupper() for one in troubled_tables(log))
    assert telling_codes(log)
    assert biggest_tables(log)[0].size_bytes
