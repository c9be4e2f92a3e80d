"""Which entries does the file have, which are right, and what is wrong with the others?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oracle_backup.config import names
from oracle_backup.config.file_names import check_lengths, find_shared_names
from oracle_backup.config.merge import Level
from oracle_backup.config.model import Options, SchemaSettings
from oracle_backup.config.problems import Place, Problem, render_kind, render_path
from oracle_backup.config.resolve import resolve
from oracle_backup.config.wording import unknown_options

_ADVICE = "write each schema on a line of its own below it, indented, as in HR:"


@dataclass(frozen=True, slots=True)
class BrokenSchema:
    """
    An entry that cannot be used.

    :param database: the database's name, as written.
    :param schema: the schema's name, as written; empty where the database has no readable schemas.
    :param problems: all that is wrong, a line each, beginning with the path in the file.
    :param key: unique in the whole file and fit to be part of a DAG id, whatever the names hold;
        that of the repaired entry wherever its names are right.
    """

    database: str
    schema: str
    problems: tuple[str, ...]
    key: str


@dataclass(slots=True)
class _Entry:
    """An entry while its problems are being gathered."""

    database: str
    schema: str
    place: Place
    problems: list[Problem] = field(default_factory=list)
    schema_name: str | None = None
    """As in Oracle's dictionary; None where it or the database's name is wrong."""
    options: Options | None = None

    @property
    def key(self) -> str | None:
        return names.key(self.database, self.schema_name) if self.schema_name else None

    @property
    def settings(self) -> SchemaSettings | None:
        """The entry as a whole; None while anything is wrong with it."""
        if self.options is None or self.problems:
            return None
        return SchemaSettings.model_validate(
            {
                **dict(self.options),
                "database": self.database,
                "schema_name": self.schema_name,
            }
        )


def read_entries(
    databases: Mapping[str, object], *, defaults: Level, shared: Sequence[Problem]
) -> tuple[tuple[SchemaSettings, ...], tuple[BrokenSchema, ...]]:
    """
    Resolve every schema of every database.

    :param defaults: the level all others stand on.
    :param shared: problems of the file; each goes to the entries it concerns.
    """
    entries: list[_Entry] = []
    for database, value in databases.items():
        entries += _entries_of(database, value, defaults=defaults)
    for entry in entries:
        entry.problems[:0] = [problem for problem in shared if _concerns(problem.path, entry)]
    _find_collisions(entries)
    _check_file_names(entries)
    return tuple(_right_ones(entries)), tuple(_broken_ones(entries))


def _entries_of(database: str, value: object, *, defaults: Level) -> Iterator[_Entry]:
    place = ("databases", database)
    wrong = _name_problems(names.check_database_name, database, place)
    if not isinstance(value, dict):
        text = f"must be a group of options with schemas, is {render_kind(value)}"
        yield _Entry(database, "", place, [*wrong, Problem(place, text)])
        return
    level = Level(place, {name: option for name, option in value.items() if name != "schemas"})
    schemas = value.get("schemas")
    if not isinstance(schemas, dict):
        text = f"must be a group of schemas, is {render_kind(schemas)}; {_ADVICE}"
        if "schemas" not in value:
            text = f"is required; {_ADVICE}"
        wrong.append(Problem((*place, "schemas"), text))
        yield _Entry(database, "", place, [*wrong, *unknown_options(level)])
        return
    if not schemas and (found := [*wrong, *unknown_options(level)]):
        yield _Entry(database, "", place, found)
    for schema, options in schemas.items():
        entry = _Entry(database, schema, (*place, "schemas", schema), list(wrong))
        _fill(entry, options, levels=(defaults, level))
        yield entry


def _fill(entry: _Entry, options: object, *, levels: Sequence[Level]) -> None:
    wrong = _name_problems(names.parse_schema_name, entry.schema, entry.place)
    if not wrong and not entry.problems:
        entry.schema_name = names.parse_schema_name(entry.schema)
    entry.problems += wrong
    if options is not None and not isinstance(options, dict):
        text = f"must be a group of options or empty, is {render_kind(options)}"
        entry.problems.append(Problem(entry.place, text))
    written = options if isinstance(options, dict) else {}
    entry.options, found = resolve([*levels, Level(entry.place, written)])
    entry.problems += found


def _name_problems(check: Callable[[str], str], name: str, place: Place) -> list[Problem]:
    try:
        check(name)
    except ValueError as error:
        return [Problem(place, str(error))]
    return []


def _concerns(path: Place, entry: _Entry) -> bool:
    """Tell whether a problem at this path is inherited by the entry."""
    if path[0] != "databases":
        return True
    below_schemas = len(path) > 3 and path[2] == "schemas"
    return path[1] == entry.database and (not below_schemas or path[3] == entry.schema)


def _find_collisions(entries: Sequence[_Entry]) -> None:
    """Find entries that are the same schema, or would share a folder and a DAG."""
    seen: dict[str, _Entry] = {}
    for entry in entries:
        if entry.key is None:
            continue
        # Stores and Airflow's database may take HR and Hr for one name.
        other = seen.setdefault(entry.key.lower(), entry)
        if other is not entry:
            entry.problems.append(_collision(entry, other))
            other.problems.append(_collision(other, entry))


def _collision(entry: _Entry, other: _Entry) -> Problem:
    at = render_path(other.place)
    if (entry.database, entry.schema_name) == (other.database, other.schema_name):
        return Problem(entry.place, f"is the same schema as {at}; remove one")
    return Problem(
        entry.place,
        f"would share its DAG and folder with {at} wherever case is ignored; "
        "put one under another database name",
    )


def _check_file_names(entries: Sequence[_Entry]) -> None:
    """Find entries whose files' names are too long, or could be an earlier entry's."""
    right = [(entry, settings) for entry in entries if (settings := entry.settings) is not None]
    for entry, settings in right:
        for finding in check_lengths(settings):
            entry.problems.append(Problem((*entry.place, *finding.option), finding.text))
    right = [(entry, settings) for entry, settings in right if not entry.problems]
    for shared in find_shared_names([settings for _, settings in right]):
        later, first = right[shared.later][0], right[shared.first][0]
        text = (
            f"could give its files the names of {render_path(first.place)}'s in the same folder; "
            "put {database} and {schema} into it"
        )
        later.problems.append(Problem((*later.place, *shared.option), text))


def _right_ones(entries: Sequence[_Entry]) -> Iterator[SchemaSettings]:
    for entry in entries:
        if (settings := entry.settings) is not None:
            yield settings


def _broken_ones(entries: Sequence[_Entry]) -> Iterator[BrokenSchema]:
    taken = {entry.key.lower() for entry in entries if entry.key and not entry.problems}
    for entry in entries:
        if not entry.problems:
            continue
        key = entry.key
        if key is None or key.lower() in taken:
            key = names.key_of_anything(entry.database, entry.schema)
        taken.add(key.lower())
        problems = tuple(dict.fromkeys(map(str, entry.problems)))
        yield BrokenSchema(entry.database, entry.schema, problems, key)
