"""What became of every value of the predecessor's files, told line by line?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oracle_backup.config.predecessor import connections
from oracle_backup.config.predecessor.entry import Carried, Lost
from oracle_backup.config.predecessor.read import Predecessor
from oracle_backup.config.problems import Place, render_path, render_value

_NOT_THERE = "(in neither file)"


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line of the account.

    :param source: where in the predecessor's files.
    :param target: the option or connection it became; empty for what is lost.
    :param text: its value now, or what is lost.
    """

    source: str
    target: str
    text: str


def carried_lines(predecessor: Predecessor) -> Iterator[Line]:
    """Yield what became what, in the order of the files, where nothing is wrong with them."""
    translation = predecessor.translation
    for one in translation.shared.carried:
        yield _carried(one)
    for entry, settings in zip(translation.entries, translation.schemas, strict=True):
        schema = f"databases.{translation.database}.schemas"
        path = render_path((*schema.split("."), settings.schema_name))
        yield Line(_place(entry.schema_place), path, "")
        for one in entry.draft.carried:
            yield _carried(one)
    sections = {
        connections.DATABASE: "BBDD",
        connections.STORE: "SFTP",
        connections.MAIL: "CORREO",
    }
    file = predecessor.credentials_path
    # Without it, every entry is broken.
    assert file is not None
    yield Line(_place(predecessor.credentials_place), "connections", f"read from {file}")
    for conn_id, parts in predecessor.connections.items():
        if conn_id in sections:
            kind = f"{parts.conn_type}{', with its password' if parts.password else ''}"
            yield Line(_place((file.name, sections[conn_id])), f"connection {conn_id}", kind)
    for number, entry in enumerate(translation.entries, 1):
        if entry.password is not None:
            conn_id = connections.password_id(number)
            yield Line(_place((*entry.place, "Password")), f"connection {conn_id}", "the password")


def lost_lines(predecessor: Predecessor) -> Iterator[Line]:
    """Yield what could not be carried over."""
    translation = predecessor.translation
    drafts = [translation.shared, *(entry.draft for entry in translation.entries)]
    for draft in drafts:
        for one in draft.lost:
            yield _lost(one)


def _carried(one: Carried) -> Line:
    return Line(_place(one.place), one.option, _value(one.value))


def _lost(one: Lost) -> Line:
    return Line(_place(one.place), "", one.text)


def _place(place: Place) -> str:
    return render_path(place) or _NOT_THERE


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(render_value, value))
    return render_value(value)
