"""
Which names may a file on a store have?

Every name is relative to the store's root. What would leave the root, hide in a listing or
confuse a shell is refused before it travels; what a server lists is held to the same rule.
"""

from __future__ import annotations

import unicodedata

from oracle_backup.errors import StoreError

PART_SUFFIX = ".part"
# The longest name of one folder or file on usual file systems, less the suffix.
_LONGEST_PIECE_BYTES = 255 - len(PART_SUFFIX)


def is_safe_piece(piece: str) -> bool:
    """Given one folder's or file's name, return whether it may be used."""
    if piece in {"", ".", ".."} or "/" in piece or "\\" in piece:
        return False
    # Cc: control characters; Cs: bytes that were not UTF-8; Cf: invisible ones that turn text.
    if any(unicodedata.category(character) in {"Cc", "Cs", "Cf"} for character in piece):
        return False
    return len(piece.encode()) <= _LONGEST_PIECE_BYTES + len(PART_SUFFIX)


def check_name(name: str) -> str:
    """Given a name relative to the root, return it. Raise StoreError if it may not be used."""
    if not all(is_safe_piece(piece) for piece in name.split("/")):
        raise StoreError(
            f"{name!r} is no name for a file on a store.",
            hint="Names are relative, without '..', empty pieces or control characters.",
        )
    return name
