"""Which anonymous PL/SQL blocks does the listener know?

A small interpreter for what backups need: it runs assignments and calls of the packages in
`packages.py`, one after the other, and an exception handler for OTHERS. Anything else is ORA-06550.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seerdb.server.backend import BackendError, Result

from lab.servers.listener.binds import names_of_binds, value_of
from lab.servers.listener.errors import ora
from lab.servers.listener.packages import PACKAGES, Files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.servers.listener.backend import InstanceBackend

_BLOCK = re.compile(r"\s*(declare|begin)\b", re.IGNORECASE)
_TOKEN = re.compile(
    r"""
      (?P<space>   \s+ | --[^\n]* | /\*.*?\*/ )
    | (?P<text>    '(?:[^']|'')*' )
    | (?P<bind>    :\w+ )
    | (?P<number>  \d+(?:\.\d+)? )
    | (?P<name>    (?:[A-Za-z][\w$#]*|"[^"]+")(?:\.[A-Za-z][\w$#]*)* )
    | (?P<sign>    := | => | \|\| | [(),;%] )
    """,
    re.VERBOSE | re.DOTALL,
)


def is_block(sql: str) -> bool:
    return _BLOCK.match(sql) is not None


def run_block(session: InstanceBackend, sql: str, binds: Sequence[object]) -> Result:
    """Run a block; return the values its binds have at the end."""
    names = names_of_binds(sql)
    if len(names) != len(binds):
        raise ora(1008, "not all variables bound")
    variables = {f":{name}": value_of(bind) for name, bind in zip(names, binds, strict=True)}
    _Block(session, _split(sql), variables).run()
    return Result(out_binds=[variables[f":{name}"] for name in names])


def not_declared(name: str) -> BackendError:
    return ora(6550, f"line 1, column 1:\nPLS-00201: identifier '{name.upper()}' must be declared")


def _syntax_error(word: str) -> BackendError:
    return ora(
        6550,
        f'line 1, column 1:\nPLS-00103: Encountered "{word}" (the lab knows little PL/SQL)',
    )


def _split(sql: str) -> list[str]:
    words, at = [], 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        if found is None:
            raise _syntax_error(sql[at])
        if found.lastgroup == "name" or found.lastgroup == "bind":
            words.append(found[0] if '"' in found[0] else found[0].upper())
        elif found.lastgroup != "space":
            words.append(found[0])
        at = found.end()
    return words


class _Block:
    """The words of a block, and the values of its variables."""

    def __init__(
        self, session: InstanceBackend, words: list[str], variables: dict[str, object]
    ) -> None:
        self._session = session
        self._words = words
        self._at = 0
        self._variables = variables
        self._files = Files()

    def run(self) -> None:
        self._declare()
        self._expect("BEGIN")
        body = self._statements(until=("EXCEPTION", "END"))
        handler = self._handler() if self._next() == "EXCEPTION" else None
        self._expect("END")
        self._expect(";")
        if self._at != len(self._words):
            raise _syntax_error(self._words[self._at])
        try:
            self._execute(body, handler)
        finally:
            self._files.close_all()

    def _execute(self, body: list[list[str]], handler: list[list[str]] | None) -> None:
        # Names are checked before anything runs, as a compiler does.
        for statement in [*body, *(handler or [])]:
            _check_names(statement, self._variables)
        try:
            for statement in body:
                self._statement(statement)
        except BackendError as error:
            if handler is None:
                raise
            for statement in handler:
                if statement == ["RAISE"]:
                    raise error from None
                self._statement(statement)

    def _declare(self) -> None:
        if self._next() != "DECLARE":
            return
        self._at += 1
        while self._next() != "BEGIN":
            name = self._take()
            self._variables[name] = None
            words = self._until_semicolon()
            if ":=" in words:
                self._variables[name] = self._value(words[words.index(":=") + 1 :])

    def _statements(self, *, until: tuple[str, ...]) -> list[list[str]]:
        statements = []
        while self._next() not in until:
            statements.append(self._until_semicolon())
        return statements

    def _handler(self) -> list[list[str]]:
        for word in ("EXCEPTION", "WHEN", "OTHERS", "THEN"):
            self._expect(word)
        return self._statements(until=("END",))

    def _statement(self, words: list[str]) -> None:
        if words == ["NULL"]:
            return
        if words[:1] == ["IF"]:
            self._if(words)
        elif len(words) > 1 and words[1] == ":=":
            if words[0] not in self._variables:
                raise not_declared(words[0])
            self._variables[words[0]] = self._value(words[2:])
        else:
            self._call(words)

    def _if(self, words: list[str]) -> None:
        # The one form there is: IF utl_file.is_open(f) THEN one statement; END IF
        if "THEN" not in words:
            raise _syntax_error("IF")
        then = words.index("THEN")
        if self._value(words[1:then]):
            self._statement(words[then + 1 :])

    def _value(self, words: list[str]) -> object:
        parts, start, depth = [], 0, 0
        for index, word in enumerate(words):
            depth += (word == "(") - (word == ")")
            if word == "||" and depth == 0:
                parts.append(words[start:index])
                start = index + 1
        parts.append(words[start:])
        values = [self._operand(part) for part in parts]
        if len(values) == 1:
            return values[0]
        return "".join("" if value is None else str(value) for value in values)

    def _operand(self, words: list[str]) -> object:
        if len(words) == 1:
            word = words[0]
            if word.startswith("'"):
                return word[1:-1].replace("''", "'") or None
            if word[:1].isdigit():
                return float(word) if "." in word else int(word)
            if word in self._variables:
                return self._variables[word]
            if word in ("NULL", "TRUE", "FALSE"):
                return {"NULL": None, "TRUE": True, "FALSE": False}[word]
        return self._call(words)

    def _call(self, words: list[str]) -> object:
        if not words:
            raise _syntax_error(";")
        routine = PACKAGES.get(words[0])
        if routine is None:
            raise not_declared(words[0])
        given: dict[str, object] = {}
        for position, argument in enumerate(_arguments(words[1:])):
            name = routine.parameters[min(position, len(routine.parameters) - 1)]
            if argument[1:2] == ["=>"]:
                name, argument = argument[0], argument[2:]
            if name not in routine.parameters:
                raise ora(
                    6550,
                    f"line 1, column 1:\nPLS-00306: wrong number or types of arguments in call to"
                    f" '{words[0].rsplit('.', 1)[-1]}'",
                )
            given[name] = self._value(argument)
        return routine.run(self._session, self._files, given)

    def _next(self) -> str:
        if self._at >= len(self._words):
            raise _syntax_error("end-of-file")
        return self._words[self._at]

    def _take(self) -> str:
        word = self._next()
        self._at += 1
        return word

    def _expect(self, word: str) -> None:
        if self._take() != word:
            raise _syntax_error(self._words[self._at - 1])

    def _until_semicolon(self) -> list[str]:
        words: list[str] = []
        while (word := self._take()) != ";":
            words.append(word)
        if words[:1] == ["IF"]:
            self._expect("END")
            self._expect("IF")
            self._expect(";")
        return words


def _arguments(words: list[str]) -> list[list[str]]:
    if not words:
        return []
    if words[0] != "(" or words[-1] != ")":
        raise _syntax_error(words[0])
    arguments: list[list[str]] = [[]]
    depth = 0
    for word in words[1:-1]:
        depth += (word == "(") - (word == ")")
        if word == "," and depth == 0:
            arguments.append([])
        else:
            arguments[-1].append(word)
    return arguments if arguments != [[]] else []


def _check_names(statement: list[str], variables: dict[str, object]) -> None:
    words = {"NULL", "IF", "THEN", "RAISE", "TRUE", "FALSE"}
    for index, word in enumerate(statement):
        if not word[:1].isalpha() or word in words or word in variables or word in PACKAGES:
            continue
        if statement[index + 1 : index + 2] == ["=>"]:
            continue
        raise not_declared(word)
