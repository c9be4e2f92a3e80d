"""Could the files of one schema bear the names of another's?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from oracle_backup.config.finding import Finding, Path
from oracle_backup.config.model import Options, SchemaSettings
from oracle_backup.domain.name_template import (
    Form,
    could_meet,
    fill,
    forms,
    placeholders,
    text_before_time,
)

_ARCHIVE: Path = ("archive", "file_name")
_FOLDER: Path = ("archive", "folder")
_EXPORT: Path = ("export", "file_name")
_HOST: Path = ("host_name",)

_LONGEST_BYTES = 255
"""Of one name on usual file systems."""
_TIME_BYTES = len("20261123T020000Z")
_BEHIND_ARCHIVE = len("-g999.7z.json.deleting.01234567.part")
_BEHIND_DUMP = len("-g999_9999.dmp")


def check_templates(options: Options) -> Iterator[Finding]:
    """Yield what does not go together in the templates of one schema's options."""
    for path, template in (
        (_ARCHIVE, options.archive.file_name),
        (_FOLDER, options.archive.folder),
        (_EXPORT, options.export.file_name),
    ):
        if "host" in placeholders(template) and options.host_name is None:
            text = "holds {host}, which host_name has to tell; give that"
            yield Finding(path, text, (_HOST,))


def check_lengths(settings: SchemaSettings) -> Iterator[Finding]:
    """Yield the templates that make names too long for a file system."""
    shape = settings.name_shape
    fixed = shape.fixed(database=settings.database, schema=settings.schema_name)
    times = {"time": "T" * _TIME_BYTES, "local_time": "T" * _TIME_BYTES}
    for path, template, behind in (
        (_ARCHIVE, shape.archive, _BEHIND_ARCHIVE),
        (_EXPORT, shape.export, _BEHIND_DUMP),
    ):
        length = len(fill(template, {**fixed, **times})) + behind
        if length > _LONGEST_BYTES:
            text = (
                f"makes names of up to {length} characters with what stands behind them, more "
                f"than the {_LONGEST_BYTES} a file system takes; shorten it"
            )
            yield Finding(path, text)
    longest = max(map(len, settings.folder.split("/")))
    if longest > _LONGEST_BYTES:
        text = f"has a folder of {longest} characters, more than {_LONGEST_BYTES}; shorten it"
        yield Finding(_FOLDER, text)


@dataclass(frozen=True, slots=True)
class SharedName:
    """
    Two schemas whose files could bear one name in one folder.

    :param later: the position of the one that must be changed.
    :param first: the position of the other.
    :param option: the option that makes the names.
    """

    later: int
    first: int
    option: Path


class _Names:
    """What a schema's archives or its dumps are called, whatever the run."""

    def __init__(
        self, position: int, template: str, fixed: Mapping[str, str], *, numbered: bool
    ) -> None:
        self.position = position
        self._template = template
        self._fixed = fixed
        self._numbered = numbered
        self._begin = text_before_time(template, fixed).lower()

    @cached_property
    def _forms(self) -> tuple[Form, ...]:
        return forms(self._template, self._fixed, numbered=self._numbered)

    def meet(self, other: _Names) -> bool:
        # By far the most are told apart by their beginnings.
        if not (self._begin.startswith(other._begin) or other._begin.startswith(self._begin)):
            return False
        return could_meet(self._forms, other._forms)


class _Folders:
    """The names in each folder, as one schema after the other is added."""

    def __init__(self, option: Path) -> None:
        self._option = option
        self._names: dict[tuple[str, ...], list[_Names]] = {}

    def add(self, place: tuple[str, ...], names: _Names) -> Iterator[SharedName]:
        there = self._names.setdefault(place, [])
        for other in there:
            if names.meet(other):
                yield SharedName(names.position, other.position, self._option)
        there.append(names)


def find_shared_names(schemas: Sequence[SchemaSettings]) -> Iterator[SharedName]:
    """
    Yield the schemas whose archives or dumps could bear the names of an earlier one's.

    What is refused is the later one: the earlier goes on being backed up.
    """
    archives, dumps = _Folders(_ARCHIVE), _Folders(_EXPORT)
    for position, settings in enumerate(schemas):
        shape = settings.name_shape
        fixed = shape.fixed(database=settings.database, schema=settings.schema_name)
        for place in _archive_places(settings):
            yield from archives.add(place, _Names(position, shape.archive, fixed, numbered=False))
        dump = _Names(position, shape.export, fixed, numbered=True)
        yield from dumps.add(_dump_place(settings), dump)


def _archive_places(settings: SchemaSettings) -> set[tuple[str, ...]]:
    """Return the folders of a schema's archives; some servers ignore case."""
    return {
        (one.conn_id, f"{one.path.rstrip('/')}/{settings.folder}".rstrip("/").lower())
        for one in settings.all_stores
    }


def _dump_place(settings: SchemaSettings) -> tuple[str, ...]:
    """Return what is the same for all schemas that are known to write to one folder."""
    if settings.export.tool == "exp":
        return (settings.host_conn_id, settings.export.path or "")
    return (settings.database, settings.export.directory)
