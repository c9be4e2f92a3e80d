"""Which ORA errors does the listener answer with?"""

from __future__ import annotations

from seerdb.server.backend import BackendError


def ora(code: int, message: str) -> BackendError:
    """Return the error a client sees as `ORA-<code>: <message>`."""
    return BackendError(message, ora_code=code)


def invalid_identifier(name: str) -> BackendError:
    return ora(904, f'"{name}": invalid identifier')


def no_such_table() -> BackendError:
    return ora(942, "table or view does not exist")


def not_properly_ended() -> BackendError:
    return ora(933, "SQL command not properly ended")


def invalid_statement(reason: str) -> BackendError:
    return ora(900, f"invalid SQL statement (the lab: {reason})")


def not_in_the_lab(what: str) -> BackendError:
    """Return the refusal of something a real database may well know."""
    return ora(3001, f"unimplemented feature (the lab has no {what})")
