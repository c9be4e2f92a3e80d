"""
Which names may a file on a store have?

Every name is relative to the store's root. What would leave the root, hide in a listing or
confuse a shell is refused before it travels; what a server lists is held to the same rule.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from oracle_backup.domain.names import ARCHIVE_SUFFIX, MANIFEST_SUFFIX
from oracle_backup.errors import StoreError

PART_SUFFIX = ".part"
DELETING_SUFFIX = ".deleting"
CLOCK_NAME = "oracle-backup-clock"
"""What an empty file is called that is made to ask for a store's time."""

# The longest name of one folder or file on usual file systems.
_LONGEST_PIECE_BYTES = 255
# Cc: control characters; Cs: bytes that were not UTF-8; Cf: invisible ones that turn text;
# Zl and Zp: ends of lines and paragraphs.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
_PART = re.compile(rf"(?P<final>.+)\.[0-9a-f]{{8}}{re.escape(PART_SUFFIX)}", re.ASCII)


def is_safe_piece(piece: str) -> bool:
    """Given one folder's or file's name, return whether it may be used."""
    if piece in {"", ".", ".."} or "/" in piece or "\\" in piece:
        return False
    if any(unicodedata.category(character) in _UNSAFE_CATEGORIES for character in piece):
        return False
    return len(piece.encode()) <= _LONGEST_PIECE_BYTES


def check_name(name: str) -> str:
    """Given a name relative to the root, return it. Raise StoreError if it may not be used."""
    if not all(is_safe_piece(piece) for piece in name.split("/")):
        raise StoreError(
            f"{name!r} is no name for a file on a store.",
            hint="Names are relative, without '..', empty pieces or control characters.",
        )
    return name


def new_part_name(name: str) -> str:
    """
    Given a name, return a provisional one that no other try has.

    So a writer that is thought dead, and is not, never writes into the file of the next one.
    """
    return f"{name}.{secrets.token_hex(4)}{PART_SUFFIX}"


def final_name_of(name: str) -> str | None:
    """Given a name, return the one it is provisional for, None where it is not provisional."""
    part = _PART.fullmatch(name)
    return part["final"] if part is not None else None


def is_part_of_ours(piece: str) -> bool:
    """Given a file's name, return whether it is a provisional one of an archive or a manifest."""
    final = final_name_of(piece)
    if final is None:
        return False
    final = final.removesuffix(DELETING_SUFFIX).removesuffix(MANIFEST_SUFFIX)
    return final == CLOCK_NAME or final.endswith(ARCHIVE_SUFFIX)
