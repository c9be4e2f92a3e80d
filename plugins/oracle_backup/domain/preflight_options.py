"""Can this database make the export that the config asks for, and is that licensed?"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from oracle_backup.domain.preflight import Judgement, passed, problem
from oracle_backup.domain.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LONG_TEMPLATE_SINCE: Final = (12, 2)
_SHORT_TEMPLATE_FILES: Final = 99
"""%U has two digits, and begins at 01."""
_ENTERPRISE: Final = re.compile(r"\bEnterprise Edition\b|\bEE\b|\bPersonal\b")
"""As in the banner: also `EE High Perf` of Oracle's cloud, and Personal, which has all options."""
_SIZE: Final = re.compile(r"(\d+)\s*([KMGT]?)B?", re.ASCII | re.IGNORECASE)
_LICENCES: Final = {
    "parallel": ("enterprise_edition",),
    "compression": ("enterprise_edition", "advanced_compression"),
    "encryption": ("enterprise_edition", "advanced_security"),
}
_INSTALLED_AS: Final = {
    "parallel": "Parallel execution",
    "compression": "Advanced Compression",
    "encryption": "Transparent Data Encryption",
}


def dump_template(version: str | None) -> str:
    """Given the database's release, return how its dump files are counted: ``%L`` or ``%U``."""
    release = tuple(int(part) for part in re.findall(r"\d+", version or "")[:2])
    return "%L" if release >= _LONG_TEMPLATE_SINCE else "%U"


def parse_file_size(text: str) -> int:
    """Given ``export.file_size``, as in ``5G``, return its bytes. Raise ValueError otherwise."""
    match = _SIZE.fullmatch(text)
    if match is None:
        msg = f"{text!r} is no size"
        raise ValueError(msg)
    power = " KMGT".index(match[2].upper() or " ")
    return int(match[1]) << (10 * power)


def judge_file_count(
    *, template: str, file_size: str | None, dump_bytes: int | None, parallel: int
) -> Judgement:
    """
    Given what the dump will take, say whether the names suffice for its files.

    :param template: what `dump_template` returned.
    :param dump_bytes: the size to expect, or None where nothing is known of it.
    """
    if template != "%U" or file_size is None or dump_bytes is None:
        return Judgement()
    # Each worker may leave a file that is not full.
    files = math.ceil(dump_bytes / parse_file_size(file_size)) + parallel - 1
    if files <= _SHORT_TEMPLATE_FILES:
        return passed(f"The dump will have about {files} files of up to {file_size}.")
    return problem(
        f"A dump of {format_bytes(dump_bytes)} in files of {file_size} takes about {files} files, "
        f"and before release 12.2 there can be {_SHORT_TEMPLATE_FILES}. Raise export.file_size."
    )


def used_options(options: Mapping[str, Any]) -> dict[str, str]:
    """Given the export's options, return those that take a licence, with how they are set."""
    used = {}
    if int(options.get("parallel") or 1) > 1:
        used["parallel"] = str(options["parallel"])
    if options.get("compression") in ("all", "data_only"):
        used["compression"] = str(options["compression"])
    if options.get("encryption") not in (None, "none"):
        used["encryption"] = str(options["encryption"])
    return used


def judge_licences(
    options: Mapping[str, Any],
    *,
    licensed: Collection[str],
    banner: str | None,
    installed: Mapping[str, bool],
) -> Judgement:
    """
    Given the export's options, say whether they are licensed and whether the edition has them.

    :param licensed: what the config declares.
    :param banner: the database's, or None where it did not tell.
    :param installed: the database's own list of options: installed, not licensed.
    """
    judgement = Judgement()
    for option, value in used_options(options).items():
        asked = f"export.{option}: {value}"
        missing = [name for name in _LICENCES[option] if name not in licensed]
        if missing:
            judgement += problem(
                f"{asked} takes a licence of Oracle's for {', '.join(_LICENCES[option])}, and "
                f"`licensed` does not name {', '.join(missing)}. Name it there if you have it, "
                "or take the option out."
            )
        if banner is not None and not _ENTERPRISE.search(banner):
            judgement += problem(
                f"{asked} is for Enterprise Edition, and the database says it is "
                f"{banner or 'nothing'}. Take the option out."
            )
        elif installed.get(_INSTALLED_AS[option], True) is False:
            judgement += problem(
                f"{asked} takes what the database calls {_INSTALLED_AS[option]}, and V$OPTION says "
                "it is not there. Take the option out."
            )
    return judgement
