"""Which tables and views can a session see, and of which types are their columns?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab.servers.listener.errors import no_such_table

if TYPE_CHECKING:
    import sqlite3

# The types a result column can have. Others (FLOAT, say) have to be added before they are used.
NUMBER, VARCHAR2, DATE, TIMESTAMP, TIMESTAMPTZ, RAW, CLOB = (
    "NUMBER",
    "VARCHAR2",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "RAW",
    "CLOB",
)
TEMPORAL = (DATE, TIMESTAMP, TIMESTAMPTZ)
_BY_DECLARATION = {
    "NUMBER": NUMBER,
    "INTEGER": NUMBER,
    "FLOAT": NUMBER,
    "VARCHAR2": VARCHAR2,
    "NVARCHAR2": VARCHAR2,
    "CHAR": VARCHAR2,
    "TEXT": VARCHAR2,
    "DATE": DATE,
    "TIMESTAMP": TIMESTAMP,
    "RAW": RAW,
    "BLOB": RAW,
    "CLOB": CLOB,
}
# SQLite does not know the type of a view's column that is computed; Oracle's reference does.
_COMPUTED = {
    ("v$instance", "startup_time"): DATE,
    ("v$database", "created"): DATE,
    ("v$undostat", "begin_time"): DATE,
    ("v$undostat", "end_time"): DATE,
    ("v$session_longops", "start_time"): DATE,
    ("v$session_longops", "last_update_time"): DATE,
}
# What the stand-in keeps for itself is not part of the database that clients see.
_HIDDEN = re.compile(r"^(lab_|sqlite_)|#undo$")


def kind_of_declaration(declared: str) -> str | None:
    """Given a type as declared (`NUMBER(6)`), return its kind."""
    return _BY_DECLARATION.get(re.split(r"[ (]", declared.upper(), maxsplit=1)[0])


class Catalogue:
    """The tables and views of the instance, as a session of `schema` names them."""

    def __init__(self, connection: sqlite3.Connection, *, schema: str) -> None:
        self._connection = connection
        self.schema = schema

    def resolve(self, name: str, *, owner: str | None, quoted: bool) -> str:
        """
        Given a name in a statement, return the SQLite table or view it means.

        Raise ORA-00942 when there is none.
        """
        wanted = name if quoted else name.upper()
        if owner in (None, "SYS", "PUBLIC"):
            view = wanted.lower()
            if wanted == wanted.upper() and self._exists(view) and not self._is_denied(view):
                return view
        if owner != "PUBLIC":
            table = f"{owner or self.schema}.{wanted}"
            if self._exists(table):
                return table
        raise no_such_table()

    def kinds(self, table: str) -> dict[str, str | None]:
        """Given a SQLite table or view, return the kind of each column, by its name in capitals."""
        rows = self._connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
        return {
            name.upper(): _COMPUTED.get((table, name.lower())) or kind_of_declaration(declared)
            for name, declared in rows
        }

    def _is_denied(self, view: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM lab_denied_views WHERE name = ?", (view,))
        return found.fetchone() is not None

    def _exists(self, name: str) -> bool:
        if _HIDDEN.search(name):
            return False
        # Exactly as written: SQLite itself would not tell "Mixed Case" from MIXED CASE.
        found = self._connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')", (name,)
        )
        return found.fetchone() is not None
