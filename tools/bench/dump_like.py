"""
What does a Data Pump dump look like to a compressor?

The same bytes on every machine: a header, then tables one after another, each with its metadata
as XML and its rows as pieces with length-prefixed columns in Oracle's formats. Columns are drawn
one by one from skewed vocabularies, so there are few long repeats; a real dump usually gains more
from a large dictionary.

``python tools/bench/dump_like.py --mebibytes 64 > x.dmp``
"""

from __future__ import annotations

import argparse
import random
import struct
import sys
from datetime import datetime, timedelta
from itertools import accumulate, count, islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Column = Callable[[int], list[bytes]]

MIB: Final = 1024 * 1024
_ROWS_AT_ONCE: Final = 4000
_HEADER_BYTES: Final = 4096
# A table's rows, before the next table comes. Pictures are few, as nothing packs them.
_TABLE_BYTES: Final = 6 * MIB
_PICTURES_BYTES: Final = MIB
_EPOCH: Final = datetime(2019, 1, 1)  # noqa: DTZ001  # Oracle's DATE knows no zone
_SYLLABLES: Final = (
    *("ba", "co", "da", "el", "fi", "gar", "ho", "in", "jo", "ka", "lu"),
    *("mi", "na", "or", "pe", "qua", "ri", "san", "ta", "ul", "ver", "win"),
)
_WORDS_FOR_XML: Final = (
    "<ROW><{0}_T><SCHEMA_OBJ><OWNER_NAME>HR</OWNER_NAME><NAME>{0}</NAME><TYPE_NAME>TABLE"
    "</TYPE_NAME></SCHEMA_OBJ><COL_LIST>{1}</COL_LIST></{0}_T></ROW>\n"
)


def pieces(size_bytes: int, *, seed: int = 1) -> Iterator[bytes]:
    """Yield a dump of exactly that size, in pieces of some hundred KiB."""
    left = size_bytes
    for piece in _endless(random.Random(seed)):  # noqa: S311  # the same each time
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _endless(chance: random.Random) -> Iterator[bytes]:
    yield b"\x01\x04" + chance.randbytes(64).ljust(_HEADER_BYTES - 2, b"\x00")
    tables = _tables(chance)
    for place in count():
        name, columns = tables[place % len(tables)]
        yield _metadata(f"{name}_{place}", len(columns))
        written = 0
        while written < (_PICTURES_BYTES if name == "PICTURES" else _TABLE_BYTES):
            drawn = [draw(_ROWS_AT_ONCE) for draw in columns]
            head = struct.pack(">HB", 0x3C2C, len(columns))
            rows = b"".join(head + b"".join(row) for row in zip(*drawn, strict=True))
            written += len(rows)
            yield rows


def _tables(chance: random.Random) -> list[tuple[str, list[Column]]]:
    words = _vocabulary(chance, 4000, syllables=3)
    names, cities = words[:1500], _vocabulary(chance, 300, syllables=2)
    number, small = _serial(), _skewed(chance, [_number(value) for value in range(500)])
    money = _skewed(chance, [_number(chance.randrange(10**6)) for _ in range(3000)])
    day, instant = _skewed(chance, _dates(chance, 2500), flat=True), _instants(chance)
    status = _skewed(chance, [b"OPEN", b"PAID", b"SHIPPED", b"CANCELLED", b"\xff"])
    user = _skewed(chance, [b"APP_SERVER", b"BATCH", b"ADMIN", *names[:20]])
    text = _texts(chance, words)
    return [
        (
            "CUSTOMERS",
            [
                *(number, _skewed(chance, names), _skewed(chance, names), _skewed(chance, cities)),
                *(_mails(chance, names), day, status, user, user, small, _noise(chance, 4)),
            ],
        ),
        (
            "ORDERS",
            [number, number, day, status, money, small, _skewed(chance, cities), user, user],
        ),
        ("ORDER_LINES", [number, small, small, money, status, user, _skewed(chance, words)]),
        ("READINGS", [number, user, instant, _doubles(chance), status]),
        ("NOTES", [number, day, text]),
        ("EVENTS", [number, instant, status, _skewed(chance, words), small, text]),
        ("PICTURES", [number, _pictures(chance)]),
    ]


def _metadata(name: str, columns: int) -> bytes:
    listed = "".join(
        f"<COL_LIST_ITEM><OBJ_NUM>{70000 + column}</OBJ_NUM><COL_NUM>{column}</COL_NUM>"
        f"<NAME>COLUMN_{column}</NAME><TYPE_NUM>1</TYPE_NUM><LENGTH>100</LENGTH></COL_LIST_ITEM>"
        for column in range(columns)
    )
    return _WORDS_FOR_XML.format(name, listed).encode()


def _sized(value: bytes) -> bytes:
    if len(value) > 250:
        return b"\xfe" + struct.pack(">H", len(value)) + value
    return bytes([len(value)]) + value


def _number(value: int) -> bytes:
    """Return an integer as Oracle's NUMBER: an exponent, and digits to the base of 100."""
    digits = []
    while value:
        value, digit = divmod(value, 100)
        digits.append(digit + 1)
    exponent = len(digits)
    while digits and digits[0] == 1:
        digits.pop(0)
    return bytes([0xC0 + exponent, *reversed(digits)]) if digits else b"\x80"


def _serial() -> Column:
    numbers = count(100_001)
    return lambda rows: [_sized(_number(value)) for value in islice(numbers, rows)]


def _skewed(chance: random.Random, values: list[bytes], *, flat: bool = False) -> Column:
    """Draw values as Zipf has them: the second half as often as the first, and so on."""
    sized = [_sized(value) for value in values]
    weights = list(accumulate(1.0 if flat else 1 / place for place in range(1, len(sized) + 1)))
    return lambda rows: chance.choices(sized, cum_weights=weights, k=rows)


def _vocabulary(chance: random.Random, size: int, *, syllables: int) -> list[bytes]:
    made = ("".join(chance.choices(_SYLLABLES, k=chance.randint(1, syllables))) for _ in count())
    found: dict[str, None] = {}
    for word in made:
        found[word.capitalize()] = None
        if len(found) >= min(size, len(_SYLLABLES) ** (syllables - 1)):
            return [word.encode() for word in found]
    raise AssertionError


def _dates(chance: random.Random, size: int) -> list[bytes]:
    days = sorted(chance.sample(range(size), k=size))
    return [_date(_EPOCH + timedelta(days=day)) for day in days]


def _date(moment: datetime) -> bytes:
    """Return a DATE: century, year, month, day, hour, minute, second."""
    century, year = divmod(moment.year, 100)
    return bytes(
        (
            *(century + 100, year + 100, moment.month, moment.day),
            *(moment.hour + 1, moment.minute + 1, moment.second + 1),
        )
    )


def _instants(chance: random.Random) -> Column:
    moment = _EPOCH

    def draw(rows: int) -> list[bytes]:
        nonlocal moment
        drawn = []
        for micros in chance.choices((10**6, 10**6, 10**6, 2 * 10**6, 60 * 10**6), k=rows):
            moment += timedelta(microseconds=micros)
            drawn.append(b"\x0b" + _date(moment) + struct.pack(">I", moment.microsecond * 1000))
        return drawn

    return draw


def _doubles(chance: random.Random) -> Column:
    return lambda rows: [
        b"\x08" + struct.pack(">d", value / 100)
        for value in chance.choices(range(2000, 2200), k=rows)
    ]


def _noise(chance: random.Random, length: int) -> Column:
    head = bytes([length])

    def draw(rows: int) -> list[bytes]:
        drawn = chance.randbytes(length * rows)
        return [head + drawn[at : at + length] for at in range(0, len(drawn), length)]

    return draw


def _mails(chance: random.Random, names: list[bytes]) -> Column:
    first, last = _skewed(chance, names), _skewed(chance, names)
    hosts = _skewed(chance, [b"@example.com", b"@mail.example.org", b"@corp.example.net"])
    return lambda rows: [
        _sized(one[1:].lower() + b"." + other[1:].lower() + host[1:])
        for one, other, host in zip(first(rows), last(rows), hosts(rows), strict=True)
    ]


def _texts(chance: random.Random, words: list[bytes]) -> Column:
    """Draw sentences: some said often, as in every table of notes, each with a word of its own."""
    said = [b" ".join(chance.choices(words, k=chance.randint(6, 16))) for _ in range(3000)]
    often = list(accumulate(1 / place for place in range(1, len(said) + 1)))
    return lambda rows: [
        _sized(one + b". " + other + b", " + word)
        for one, other, word in zip(
            chance.choices(said, cum_weights=often, k=rows),
            chance.choices(said, k=rows),
            chance.choices(words, k=rows),
            strict=True,
        )
    ]


def _pictures(chance: random.Random) -> Column:
    """Draw what cannot be compressed: one in many rows, so that it is a few per cent of a dump."""

    def draw(rows: int) -> list[bytes]:
        return [
            _sized(chance.randbytes(6000)) if place % 48 == 0 else b"\x05empty"
            for place in range(rows)
        ]

    return draw


def main() -> None:
    """Write a dump to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=64)
    for piece in pieces(parser.parse_args().mebibytes * MIB):
        sys.stdout.buffer.write(piece)


if __name__ == "__main__":
    main()
