"""Where is the backup, is it proven, and how is it restored?"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from oracle_backup.domain.report.formats import format_decimal, format_size
from oracle_backup.domain.report.page import Section
from oracle_backup.domain.report.sentences import translate
from oracle_backup.domain.report.words import say

if TYPE_CHECKING:
    from oracle_backup.domain.report.model import ArchiveFacts, BackupReport, Copy

_METHODS: Final = ("full", "hash", "size")
"""Ways to prove a copy, the best first."""
_PLAIN_NAME: Final = re.compile(r"[A-Z][A-Z0-9_$#]*")


def archive_section(report: BackupReport) -> Section | None:
    """Given a report, return what it tells of the archive; None where there is none."""
    archive, language = report.archive, report.language
    if archive is None:
        return None
    ratio = archive.dump_bytes / archive.size_bytes if archive.size_bytes else 0
    size = say(
        "size",
        language,
        archive=format_size(archive.size_bytes, language=language),
        dump=format_size(archive.dump_bytes, language=language),
        ratio=format_decimal(ratio, language=language),
    )
    rows = [
        (say("label.archive", language), archive.name),
        *_places(archive, language),
        (say("label.size", language), size),
        (
            say("label.encrypted", language),
            say("yes.encrypted" if archive.encrypted else "no", language),
        ),
        (say("label.proof", language), _proof(report, archive)),
    ]
    if archive.sha256:
        rows.append((say("label.sha256", language), archive.sha256))
    return Section(
        title=say("title.restore", language),
        rows=tuple(rows),
        code=_restore(report.schema, archive),
    )


def _restore(schema: str, archive: ArchiveFacts) -> tuple[str, ...]:
    dumps = ",".join(name for name in archive.members if name.endswith(".dmp"))
    # impdp reads a name without quotes in upper case; a shell takes "$" for a variable's sign.
    plain = _PLAIN_NAME.fullmatch(schema)
    quoted = shlex.quote(schema if plain else f'"{schema}"')
    if archive.tool == "exp":
        restore = f"imp USER@DATABASE file={dumps} fromuser={quoted} touser={quoted}"
    else:
        restore = f"impdp USER@DATABASE directory=DIRECTORY dumpfile={dumps} schemas={quoted}"
    return (f"7z x {shlex.quote(archive.name)}", restore)


def _places(archive: ArchiveFacts, language: str) -> list[tuple[str, str]]:
    if len(archive.copies) < 2:
        return [(say("label.where", language), archive.location)]
    return [
        (say("label.store", language, store=copy.store), _place(copy, language))
        for copy in archive.copies
    ]


def _place(copy: Copy, language: str) -> str:
    if copy.method is None:
        why = translate(copy.error, language) or copy.location
        return say("copy.missing", language, why=why)
    return f"{copy.location}, {say(f'proof.{copy.method}', language)}"


def _proof(report: BackupReport, archive: ArchiveFacts) -> str:
    methods = {copy.method for copy in archive.copies}
    if not report.verified:
        # Some of several may be.
        return say("proof.some" if methods - {None} else "proof.no", report.language)
    best = next((method for method in _METHODS if method in methods), "full")
    return say("proof.yes", report.language, how=say(f"proof.{best}", report.language))
