"""Names that may travel, and names of ours."""

from __future__ import annotations

import pytest

from oracle_backup.adapters.store_names import (
    CLOCK_NAME,
    check_name,
    is_part_of_ours,
    is_safe_piece,
    new_part_name,
)
from oracle_backup.errors import StoreError

ARCHIVE = "HR-20261123T020000Z.7z"


UNSAFE = [
    *("", ".", "..", "a/b", "a\\b"),
    *("a\nb", "a\x00b", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b"),
    *("\u202egpj.7z", "a\u200bb", "\ufeffa", "caf\udce9"),
    *("x" * 256, "é" * 128, "x" * 4096),
]


@pytest.mark.parametrize("piece", UNSAFE)
def test_unsafe_pieces(piece):
    assert not is_safe_piece(piece)


@pytest.mark.parametrize("name", [piece for piece in UNSAFE if piece != "a/b"])
def test_unsafe_names(name):
    for whole in (name, f"db/{name}", f"{name}/a.7z"):
        with pytest.raises(StoreError):
            check_name(whole)


@pytest.mark.parametrize("piece", ["a", "-24-X-20261123T020000Z.7z", "a b", "é" * 127, "...", "~"])
def test_safe_pieces(piece):
    assert is_safe_piece(piece)
    assert check_name(f"db/{piece}") == f"db/{piece}"


def test_part_names_are_never_the_same():
    names = {new_part_name(ARCHIVE) for _ in range(1000)}

    assert len(names) == 1000


@pytest.mark.parametrize(
    "final", [ARCHIVE, f"{ARCHIVE}.json", f"{ARCHIVE}.json.deleting", CLOCK_NAME]
)
def test_parts_of_ours(final):
    assert is_part_of_ours(new_part_name(final))


@pytest.mark.parametrize(
    "name",
    [
        ARCHIVE,
        f"{ARCHIVE}.part",
        f"{ARCHIVE}.0123abcd",
        f"{ARCHIVE}.0123ABCD.part",
        f"{ARCHIVE}.0123abcd.part.part",
        f"{ARCHIVE}.0123abcde.part",
        "notes.0123abcd.part",
        "HR.zip.0123abcd.part",
        f"{ARCHIVE}.txt.0123abcd.part",
        ".0123abcd.part",
        "",
    ],
)
def test_names_that_are_no_parts_of_ours(name):
    assert not is_part_of_ours(name)
