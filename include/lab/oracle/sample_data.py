"""Which schemas does a fresh stand-in instance hold, and what is in them?

All people, products and places are invented. The same scale gives the same rows each time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from lab.oracle.model import Column, Partition, Table

# A table a block; each column with its type, then what else there is to say of it.
_DEFINITIONS = """
HR.REGIONS
    REGION_ID NUMBER, not null, key
    REGION_NAME VARCHAR2(25)

HR.COUNTRIES
    COUNTRY_ID CHAR(3), not null, key
    COUNTRY_NAME VARCHAR2(60)
    REGION_ID NUMBER, of REGIONS.REGION_ID

HR.LOCATIONS
    LOCATION_ID NUMBER(4), not null, key
    STREET_ADDRESS VARCHAR2(40)
    CITY VARCHAR2(30), not null
    COUNTRY_ID CHAR(3), of COUNTRIES.COUNTRY_ID

HR.JOBS
    JOB_ID VARCHAR2(10), not null, key
    JOB_TITLE VARCHAR2(35), not null
    MIN_SALARY NUMBER(6)
    MAX_SALARY NUMBER(6)

HR.DEPARTMENTS
    DEPARTMENT_ID NUMBER(4), not null, key
    DEPARTMENT_NAME VARCHAR2(30), not null
    MANAGER_ID NUMBER(6)
    LOCATION_ID NUMBER(4), of LOCATIONS.LOCATION_ID

HR.EMPLOYEES
    EMPLOYEE_ID NUMBER(6), not null, key
    FIRST_NAME VARCHAR2(20)
    LAST_NAME VARCHAR2(25), not null
    EMAIL VARCHAR2(25), not null
    HIRE_DATE DATE, not null
    JOB_ID VARCHAR2(10), not null, of JOBS.JOB_ID
    SALARY NUMBER(8,2)
    COMMISSION_PCT NUMBER(2,2)
    MANAGER_ID NUMBER(6)
    DEPARTMENT_ID NUMBER(4), of DEPARTMENTS.DEPARTMENT_ID

HR.JOB_HISTORY
    EMPLOYEE_ID NUMBER(6), not null, key
    START_DATE DATE, not null, key
    END_DATE DATE, not null
    JOB_ID VARCHAR2(10), not null, of JOBS.JOB_ID
    DEPARTMENT_ID NUMBER(4)

SALES.CUSTOMERS
    CUSTOMER_ID NUMBER, not null, key
    FULL_NAME VARCHAR2(80), not null
    EMAIL VARCHAR2(80)
    CREATED_AT TIMESTAMP(6)
    TOKEN RAW(16)
    NOTES CLOB

SALES.PRODUCTS
    PRODUCT_ID NUMBER, not null, key
    NAME VARCHAR2(60), not null
    PRICE NUMBER(10,2)

SALES.ORDERS
    ORDER_ID NUMBER, not null, key
    CUSTOMER_ID NUMBER, not null, of CUSTOMERS.CUSTOMER_ID
    ORDER_DATE DATE, not null
    STATUS VARCHAR2(10)

SALES.ORDER_ITEMS
    ORDER_ID NUMBER, not null, key, of ORDERS.ORDER_ID
    LINE_NO NUMBER, not null, key
    PRODUCT_ID NUMBER, not null
    QUANTITY NUMBER
    PRICE NUMBER(10,2)
    REMARK VARCHAR2(100)

EMPTYISH.LOG_TABLE
    ID NUMBER, not null, key
    LINE VARCHAR2(200)

EMPTYISH.Mixed Case
    Id NUMBER, not null, key
    Text VARCHAR2(50)
"""

Row = tuple[Any, ...]
Rows = Callable[[float], Iterable[Row]]

_FIRST = [
    "Ana",
    "José",
    "María",
    "Iñaki",
    "Zoë",
    "Łukasz",
    "Søren",
    "Noémie",
    "Müge",
    "Jürgen",
    "Ève",
    "Nuño",
    "Bea",
    "Óscar",
    "Itziar",
]
_LAST = [
    "Ibáñez",
    "Núñez",
    "Kowalski",
    "Ørsted",
    "Lefèvre",
    "Yıldız",
    "Groß",
    "Peña",
    "Sáez",
    "Castaño",
    "Ferreira",
    "Brandão",
]
_QUARTERS = [(year, month) for year in (2024, 2025) for month in (1, 4, 7, 10)]


def _instant(start: datetime, rng: random.Random, days: int) -> datetime:
    return start + timedelta(seconds=rng.randrange(days * 86400))


def _jobs(_: float) -> Iterator[Row]:
    titles = ("President", "Sales Manager", "Programmer", "Stock Clerk", "Accountant")
    for number, title in enumerate(titles):
        yield (f"J{number:02}", title, 2000 + 500 * number, 9000 + 1000 * number)


def _departments(_: float) -> Iterator[Row]:
    for number in range(1, 28):
        yield (number * 10, f"Department {number * 10}", 100 + number % 9, 1000 + number % 23 * 100)


def _locations(_: float) -> Iterator[Row]:
    towns = ("Donostia", "São Paulo", "Köln", "Besançon", "Łódź", "A Coruña")
    for number in range(23):
        yield (
            1000 + number * 100,
            f"{number} Calle Mayor",
            towns[number % 6],
            f"C{number % 25:02}",
        )


def _employees(_: float) -> Iterator[Row]:
    rng = random.Random(107)
    for number in range(107):
        first, last = rng.choice(_FIRST), rng.choice(_LAST)
        hired = _instant(datetime(2001, 1, 1), rng, 7000).replace(hour=0, minute=0, second=0)  # noqa: DTZ001
        yield (
            *(100 + number, first, last, f"EMP{100 + number}", str(hired), f"J{number % 5:02}"),
            *(
                rng.randrange(2000, 24000),
                None if number % 3 else 0.15,
                None,
                number % 27 * 10 + 10,
            ),
        )


def _job_history(_: float) -> Iterator[Row]:
    for number in range(10):
        yield (
            100 + number,
            f"200{number}-01-01 00:00:00",
            f"200{number}-12-31 00:00:00",
            "J01",
            10,
        )


def _customers(scale: float) -> Iterator[Row]:
    rng = random.Random(11)
    for number in range(1, max(1, int(10000 * scale)) + 1):
        note = f"Prefiere el envío de mañana; cliente n.º {number} — €{rng.randrange(900)}. " * 2
        yield (
            *(number, f"{rng.choice(_FIRST)} {rng.choice(_LAST)}", f"customer{number}@example.com"),
            *(str(_instant(datetime(2020, 1, 1), rng, 1800)) + f".{rng.randrange(10**6):06}",),  # noqa: DTZ001
            *(rng.randbytes(16), note if number % 4 else None),
        )


def _products(scale: float) -> Iterator[Row]:
    rng = random.Random(12)
    for number in range(1, max(5, int(500 * scale)) + 1):
        yield (number, f"Product {number} «ñandú»", round(rng.uniform(1, 900), 2))


def _orders(scale: float) -> Iterator[Row]:
    rng = random.Random(13)
    customers = max(1, int(10000 * scale))
    for number in range(1, max(8, int(40000 * scale)) + 1):
        year, month = _QUARTERS[number % len(_QUARTERS)]
        placed = _instant(datetime(year, month, 1), rng, 88)  # noqa: DTZ001
        yield (number, rng.randint(1, customers), str(placed), rng.choice(("NEW", "SENT", "PAID")))


def _order_items(scale: float) -> Iterator[Row]:
    rng = random.Random(14)
    orders, products = max(8, int(40000 * scale)), max(5, int(500 * scale))
    for number in range(max(10, int(100000 * scale))):
        yield (
            *(number % orders + 1, number // orders + 1, rng.randint(1, products)),
            *(rng.randint(1, 9), round(rng.uniform(1, 900), 2), f"line {number} packed in Vigo"),
        )


_ROWS: dict[str, Rows] = {
    "HR.REGIONS": lambda _: enumerate(("Europe", "Americas", "Asia", "Middle East"), start=1),
    "HR.COUNTRIES": lambda _: ((f"C{n:02}", f"Country {n}", n % 4 + 1) for n in range(25)),
    "HR.LOCATIONS": _locations,
    "HR.JOBS": _jobs,
    "HR.DEPARTMENTS": _departments,
    "HR.EMPLOYEES": _employees,
    "HR.JOB_HISTORY": _job_history,
    "SALES.CUSTOMERS": _customers,
    "SALES.PRODUCTS": _products,
    "SALES.ORDERS": _orders,
    "SALES.ORDER_ITEMS": _order_items,
    "EMPTYISH.LOG_TABLE": lambda _: (),
    "EMPTYISH.Mixed Case": lambda _: ((1, "uno"), (2, "dos"), (3, "três")),
}


def tables() -> list[tuple[Table, Rows]]:
    """Return every table with what makes its rows at a given scale."""
    blocks = _DEFINITIONS.strip().split("\n\n")
    defined = [_table(*block.splitlines()) for block in blocks]
    return [(table, _ROWS[f"{table.owner}.{table.name}"]) for table in defined]


def _table(title: str, *lines: str) -> Table:
    owner, name = title.split(".")
    described = [line.strip().split(", ") for line in lines]
    by_quarter = (owner, name) == ("SALES", "ORDERS")
    return Table(
        owner,
        name,
        tuple(_column(words[0], nullable="not null" not in words) for words in described),
        tuple(words[0].split(" ")[0] for words in described if "key" in words),
        foreign_keys=tuple(
            (words[0].split(" ")[0], *word.removeprefix("of ").split("."))  # type: ignore[misc]
            for words in described
            for word in words
            if word.startswith("of ")
        ),
        partition_by="ORDER_DATE" if by_quarter else None,
        partitions=_quarters() if by_quarter else (),
    )


def _column(text: str, *, nullable: bool) -> Column:
    name, _, kind = text.partition(" ")
    return Column(name, kind, nullable)


def _quarters() -> tuple[Partition, ...]:
    bounds = [f"{year}-{month:02}-01 00:00:00" for year, month in [*_QUARTERS, (2026, 1)]][1:]
    names = [f"Q{(month + 2) // 3}_{year}" for year, month in _QUARTERS]
    ranges = [Partition(name, below) for name, below in zip(names, bounds, strict=True)]
    return (*ranges, Partition("LATER", None))
