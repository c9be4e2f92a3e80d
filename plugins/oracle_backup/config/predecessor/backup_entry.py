"""What does one entry of ``Backup`` say?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from oracle_backup.config.predecessor.connections import password_id
from oracle_backup.config.predecessor.entry import Draft
from oracle_backup.config.predecessor.fields import Fields, group
from oracle_backup.config.predecessor.placeholders import (
    SCHEMA,
    UnknownPlaceholderError,
    file_stem,
)
from oracle_backup.config.predecessor.surroundings import UNKNOWN_HOME, Surroundings, home_of
from oracle_backup.config.problems import Place, Problem, render_value

BACKUP_KEYS = (
    "Comando",
    "Esquema",
    "Password",
    "FicheroBackup",
    "FicheroLog",
    "FicheroComprimido",
)
_TOOLS = ("expdp", "exp")
_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Stage:
    """
    What an entry stands on.

    :param shared: the options that all entries have.
    :param values: what %%SERVIDOR%% and %%BBDD%% stand for.
    :param project: the script's folder, which its relative paths begin at.
    :param surroundings: the machine.
    """

    shared: Draft
    values: Mapping[str, str]
    project: str
    surroundings: Surroundings


@dataclass(slots=True)
class BackupEntry:
    """
    One entry.

    :param place: where it stands.
    :param schema: the schema's name, as written.
    :param schema_place: where that stands.
    :param password: what encrypts its archive; None for nothing.
    """

    place: Place
    schema: str
    schema_place: Place
    draft: Draft
    problems: list[Problem]
    password: str | None = field(default=None, repr=False)


def read_backup(value: object, *, place: Place, number: int, stage: Stage) -> BackupEntry:
    """
    Given one entry, return what it says.

    :param number: its number, from 1 on, which names the connection of its password.
    """
    problems: list[Problem] = []
    fields = group(value, place=place, known=BACKUP_KEYS, problems=problems)
    entry = BackupEntry(
        place=place,
        schema=fields.text("Esquema", required=True),
        schema_place=fields.place_of("Esquema"),
        draft=stage.shared.copy(),
        problems=problems,
        password=fields.secret("Password"),
    )
    tool = _put_tool(fields, entry.draft, surroundings=stage.surroundings)
    # Names bear the schema as the script was given it, and {schema} is Oracle's, in upper case.
    as_written = _PLAIN.fullmatch(entry.schema) and entry.schema != entry.schema.upper()
    values = {**stage.values, "ESQUEMA": entry.schema if as_written else SCHEMA}
    _put_names(fields, entry.draft, tool=tool, values=values)
    if tool == "exp":
        _put_path(fields, entry.draft, project=stage.project)
    if entry.password is not None:
        draft, at = entry.draft, fields.place_of("Password")
        draft.put("archive.password_conn_id", password_id(number), at)
    return entry


def _put_tool(fields: Fields, draft: Draft, *, surroundings: Surroundings) -> str:
    written = fields.text("Comando").replace("\\", "/")
    place = fields.place_of("Comando")
    tool = posixpath.basename(written).lower().removesuffix(".exe") or "expdp"
    if tool not in _TOOLS:
        shown = "" if re.search(r"[/@=]", written) else f", is {render_value(written)}"
        fields.refuse("Comando", f"must be expdp or exp, without anything behind it{shown}")
        tool = "expdp"
    draft.put("export.tool", tool, place)
    home = home_of(written) or surroundings.oracle_home(tool)
    if home is None:
        draft.lose(
            place,
            f"ORACLE_HOME is not set here and {tool} is not on PATH: set environment.oracle_home",
        )
    draft.put("environment.oracle_home", home or UNKNOWN_HOME, place)
    return tool


def _put_names(fields: Fields, draft: Draft, *, tool: str, values: Mapping[str, str]) -> None:
    """Set the names of archive, dump and log."""
    archive = _stem(fields, "FicheroComprimido", ending=".7z", draft=draft, values=values)
    draft.put("archive.file_name", archive, fields.place_of("FicheroComprimido"))
    draft.put("archive.folder", "", fields.place_of("FicheroComprimido"))
    dump = _stem(fields, "FicheroBackup", ending=".dmp", draft=draft, values=values)
    place = fields.place_of("FicheroBackup")
    draft.put("export.file_name", dump, place)
    numbered = "%U" in fields.text("FicheroBackup").upper()
    draft.put("export.numbered_files", numbered, place)
    if _stem(fields, "FicheroLog", ending=".log", draft=None, values=values) != dump:
        draft.lose(fields.place_of("FicheroLog"), "the log is called as the dump is")
    else:
        draft.share("export.file_name", fields.place_of("FicheroLog"))
    for name in ("FicheroBackup", "FicheroLog"):
        folder = posixpath.dirname(fields.text(name).replace("\\", "/"))
        if folder and tool == "expdp":
            text = f"the folder {render_value(folder)}: expdp writes to its directory object"
            draft.lose(fields.place_of(name), text)


def _stem(
    fields: Fields, name: str, *, ending: str, draft: Draft | None, values: Mapping[str, str]
) -> str:
    """
    Return the template of one file's name.

    :param draft: is told what of the name was changed.
    """
    try:
        stem, changes = file_stem(
            fields.text(name), ending=ending, values=values, blanks=ending == ".7z"
        )
    except UnknownPlaceholderError as error:
        fields.refuse(name, str(error))
        return "{schema}-{local_time}"
    if draft is not None:
        for change in changes:
            draft.lose(fields.place_of(name), f"{render_value(stem)}: {change}")
    return stem


def _put_path(fields: Fields, draft: Draft, *, project: str) -> None:
    """Set the folder exp writes to: that of FicheroBackup, below the script's own folder."""
    folder = posixpath.dirname(fields.text("FicheroBackup").replace("\\", "/"))
    if _DRIVE.match(folder):
        text = f"must be a path of Linux, is {render_value(folder)}"
        fields.refuse("FicheroBackup", text)
        folder = ""
    path = posixpath.normpath(posixpath.join(project, folder))
    draft.put("export.path", path, fields.place_of("FicheroBackup"))
