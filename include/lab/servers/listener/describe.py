"""How does a result of SQLite's go back over Oracle's wire: which types, which values?"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from seerdb.common.tns import ColumnMeta
from seerdb.common.tns_consts import (
    TNS_TYPE_CLOB,
    TNS_TYPE_DATE,
    TNS_TYPE_NUMBER,
    TNS_TYPE_RAW,
    TNS_TYPE_TIMESTAMP,
    TNS_TYPE_TIMESTAMPTZ,
    TNS_TYPE_VARCHAR,
)

from lab.servers.listener.catalogue import (
    CLOB,
    DATE,
    NUMBER,
    RAW,
    TEMPORAL,
    TIMESTAMP,
    TIMESTAMPTZ,
    VARCHAR2,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.servers.listener.translate import Column

_MAXIMUM_VARCHAR2 = 4000
# What an unbounded NUMBER says of itself.
_NO_SCALE = -127


def build_result(
    columns: Sequence[Column], rows: Sequence[tuple[object, ...]]
) -> tuple[list[ColumnMeta], list[tuple[object, ...]]]:
    """Given a result's columns and SQLite's rows, return what the protocol server encodes."""
    kinds = [
        column.kind or _kind_of_values([row[index] for row in rows])
        for index, column in enumerate(columns)
    ]
    metas = [
        _build_column(column.name, kind, [row[index] for row in rows])
        for index, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
    return metas, [
        tuple(_to_wire(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in rows
    ]


def _kind_of_values(values: Sequence[object]) -> str:
    for value in values:
        if isinstance(value, (int, float)):
            return NUMBER
        if isinstance(value, bytes):
            return RAW
        if isinstance(value, str):
            return VARCHAR2
    return VARCHAR2


def _build_column(name: str, kind: str, values: Sequence[object]) -> ColumnMeta:
    data_type, width, scale = {
        NUMBER: (TNS_TYPE_NUMBER, 22, _NO_SCALE),
        DATE: (TNS_TYPE_DATE, 7, 0),
        TIMESTAMP: (TNS_TYPE_TIMESTAMP, 11, 6),
        TIMESTAMPTZ: (TNS_TYPE_TIMESTAMPTZ, 13, 6),
        RAW: (TNS_TYPE_RAW, 2000, 0),
        CLOB: (TNS_TYPE_CLOB, 4000, 0),
        VARCHAR2: (TNS_TYPE_VARCHAR, _MAXIMUM_VARCHAR2, 0),
    }[kind]
    if kind == VARCHAR2:
        longest = max(
            (len(str(value).encode()) for value in values if value is not None), default=1
        )
        width = max(width, longest)
    return ColumnMeta(
        name=name.encode(),
        data_type=data_type,
        data_length=width,
        max_size=0 if kind == CLOB else width,
        scale=scale,
    )


def _to_wire(value: object, kind: str) -> object:
    if value is None:
        return None
    if kind == NUMBER:
        return _to_number(value)
    if kind in TEMPORAL:
        return _to_instant(str(value), kind)
    if kind == RAW:
        return value if isinstance(value, bytes) else str(value).encode()
    return str(value)


def _to_number(value: object) -> int | Decimal:
    if isinstance(value, int):
        return value
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))
    return int(number) if number == number.to_integral_value() else number


def _to_instant(text: str, kind: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if kind == TIMESTAMPTZ:
        return moment.astimezone()
    return moment.replace(microsecond=0) if kind == DATE else moment
