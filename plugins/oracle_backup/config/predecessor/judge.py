"""Which entries of ``Backup`` are right, and what is wrong with the others?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oracle_backup.config import names
from oracle_backup.config.entries import BrokenSchema
from oracle_backup.config.file_names import SharedName, check_lengths, find_shared_names
from oracle_backup.config.finding import Path
from oracle_backup.config.model import SchemaSettings
from oracle_backup.config.predecessor.backup_entry import BackupEntry
from oracle_backup.config.predecessor.placeholders import SCHEMA
from oracle_backup.config.problems import Place, Problem, render_path


@dataclass(slots=True)
class _Judged:
    """
    An entry, and what is thought of it.

    :param key: what its DAG id has behind the prefix; None where that is not known, or another's.
    """

    entry: BackupEntry
    database: str
    problems: list[Problem]
    schema_name: str | None = None
    key: str | None = None
    settings: SchemaSettings | None = None

    def resolve(self) -> None:
        """Validate its options, where nothing else is wrong."""
        options, found = self.entry.draft.resolved(otherwise=self.entry.place)
        # What follows from a problem is none of its own.
        told = {problem.path for problem in self.problems}
        self.problems += (one for one in found if not told & _places_above(one.path))
        self.settings = None
        if options is not None and self.schema_name and not self.problems:
            self.settings = SchemaSettings.model_validate(
                {**dict(options), "database": self.database, "schema_name": self.schema_name}
            )

    def refuse(self, option: Path, text: str) -> None:
        """Say what is wrong with an option."""
        place = self.entry.draft.sources[tuple(map(str, option))]
        self.problems.append(Problem(place, text))
        self.settings = None


def _places_above(place: Place) -> set[Place]:
    return {place[:length] for length in range(1, len(place) + 1)}


def judge(
    entries: Sequence[BackupEntry], *, database: str, shared: Sequence[Problem]
) -> tuple[tuple[SchemaSettings, ...], tuple[BrokenSchema, ...]]:
    """
    Given the entries, return the settings of those that are right, and the others.

    :param shared: problems that every entry has.
    """
    judged = [_Judged(entry, database, [*shared, *entry.problems]) for entry in entries]
    _name(judged)
    for one in judged:
        one.resolve()
    _tell_apart(judged)
    _check_file_names(judged)
    schemas = tuple(one.settings for one in judged if one.settings is not None)
    broken = tuple(
        _broken(one, number=number) for number, one in enumerate(judged, 1) if one.settings is None
    )
    return schemas, broken


def _name(judged: Sequence[_Judged]) -> None:
    """Find out what each schema is called; the second of one name is refused."""
    seen: dict[str, Place] = {}
    for one in judged:
        entry = one.entry
        if not entry.schema:
            continue
        try:
            one.schema_name = names.parse_schema_name(entry.schema)
        except ValueError as error:
            one.problems.append(Problem(entry.schema_place, str(error)))
            continue
        key = names.key(one.database, one.schema_name)
        # Stores and Airflow's database may take HR and Hr for one name.
        first = seen.setdefault(key.lower(), entry.place)
        if first == entry.place:
            one.key = key
        else:
            text = f"has the schema of {render_path(first)}; remove one"
            one.problems.append(Problem(entry.schema_place, text))


def _tell_apart(judged: Sequence[_Judged]) -> None:
    """
    Put the schema in front of names that two entries share.

    The script made its backups one after the other, so the time told them apart; here each has a
    run of its own, and all may be due at the same second.
    """
    right = [one for one in judged if one.settings is not None]
    for shared in list(_shared_names(right)):
        for one in (right[shared.first], right[shared.later]):
            draft = one.entry.draft
            template = draft.text_of(shared.option)
            if SCHEMA not in template:
                place = draft.sources[tuple(map(str, shared.option))]
                draft.put(".".join(map(str, shared.option)), f"{SCHEMA}-{template}", place)
                text = "the schema is added: another entry's files would have the same name"
                draft.lose(place, text)
                one.resolve()


def _check_file_names(judged: Sequence[_Judged]) -> None:
    """Refuse what makes names that are too long, or still another entry's."""
    for one in judged:
        for finding in check_lengths(one.settings) if one.settings else ():
            one.refuse(finding.option, finding.text)
    right = [one for one in judged if one.settings is not None]
    for shared in list(_shared_names(right)):
        first = render_path(right[shared.first].entry.place)
        text = f"could give its files the names of {first}'s; put %%ESQUEMA%%-%%FECHA%% into it"
        right[shared.later].refuse(shared.option, text)


def _shared_names(judged: Sequence[_Judged]) -> Sequence[SharedName]:
    return tuple(find_shared_names([one.settings for one in judged if one.settings is not None]))


def _broken(one: _Judged, *, number: int) -> BrokenSchema:
    lines = tuple(dict.fromkeys(map(str, one.problems)))
    # Two entries may bear one name, or none: their number tells them apart.
    key = one.key or names.key_of_anything(one.database, f"{one.entry.schema}\n{number}")
    return BrokenSchema(one.database, one.entry.schema, lines, key)
