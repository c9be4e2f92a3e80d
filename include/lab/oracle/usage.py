"""What does the Data Pump client itself refuse, before it asks the server?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab.oracle import encryption

if TYPE_CHECKING:
    from lab.oracle.parameters import Request

_MODES = ("full", "schemas", "tables", "tablespaces")
_MODE_WORDS = {"full": "full", "schemas": "schema", "tables": "table", "tablespaces": "tablespace"}


class UsageError(Exception):
    """The client itself refuses (UDE-, UDI-)."""


def mode_of(request: Request) -> str:
    """Return FULL, SCHEMA or TABLE. Raise UsageError when two are asked for."""
    asked = [m for m in _MODES if (request.yes(m) if m == "full" else request.many(m))]
    facility = "UDE" if request.tool == "expdp" else "UDI"
    if len(asked) > 1:
        names = " and ".join(_MODE_WORDS[mode] for mode in asked)
        raise UsageError(f"{facility}-00010: multiple job modes requested, {names}.")
    default = "schemas" if request.tool == "expdp" else "full"
    return _MODE_WORDS[asked[0] if asked else default].upper()


def check_usage(request: Request) -> None:
    """Raise UsageError for what the client finds wrong before it asks the server."""
    facility = "UDE" if request.tool == "expdp" else "UDI"
    pairs = [("flashback_time", "flashback_scn")]
    if request.release < 21:
        pairs.append(("include", "exclude"))
    for one, other in pairs:
        if request.many(one) and request.many(other):
            raise UsageError(
                f"{facility}-00011: parameter {one} is incompatible with parameter {other}"
            )
    if (request.one("encryption_mode") or "").upper() == "TRANSPARENT" and request.many(
        "encryption_password"
    ):
        raise UsageError(
            f"{facility}-00011: parameter encryption_password is incompatible with parameter "
            "encryption_mode=transparent"
        )
    patterns = {
        "content": "ALL|DATA_ONLY|METADATA_ONLY",
        "parallel": r"[1-9]\d*",
        "filesize": r"\d+([KMGT]?B?)?",
        "flashback_scn": r"\d+",
        "logtime": "NONE|STATUS|LOGFILE|ALL",
        "table_exists_action": "SKIP|APPEND|TRUNCATE|REPLACE",
        "compression": "ALL|DATA_ONLY|METADATA_ONLY|NONE",
        "compression_algorithm": "BASIC|LOW|MEDIUM|HIGH",
        "encryption": encryption.KINDS,
        "encryption_mode": encryption.MODES,
        "encryption_algorithm": encryption.ALGORITHMS,
        "checksum_algorithm": "CRC32|SHA256|SHA384|SHA512",
        "version": r"COMPATIBLE|LATEST|\d+(\.\d+)*",
        "access_method": "AUTOMATIC|DIRECT_PATH|EXTERNAL_TABLE|CONVENTIONAL|INSERT_AS_SELECT",
        **dict.fromkeys(
            (
                *("metrics", "nologfile", "reuse_dumpfiles", "estimate_only", "keep_master"),
                *("cluster", "checksum", "verify_checksum"),
            ),
            "Y|YES|N|NO",
        ),
    }
    for name, pattern in patterns.items():
        value = request.one(name)
        if value is not None and not re.fullmatch(pattern, value, re.IGNORECASE):
            raise UsageError(f"{facility}-00014: invalid value for parameter, '{name}'.")
    for name in ("include", "exclude", "query"):
        if sum(map(len, request.many(name))) > 4000:
            raise UsageError(f"{facility}-00014: invalid value for parameter, '{name}'.")
