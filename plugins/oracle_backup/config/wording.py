"""How is an error of pydantic's said in this project's words?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from oracle_backup.config.merge import Level
from oracle_backup.config.model import Options
from oracle_backup.config.options import all_options, fields_of, group_of, item_group_of
from oracle_backup.config.problems import Problem, looks_secret, render_value

_SECTIONS = {"schemas": "below a database only", "databases": "at the top of the file only"}
_EVERYWHERE = "give it here, for the database or in defaults"


def describe(error: ErrorDetails) -> str:
    """Say what is wrong with an option of a schema, without its name."""
    return _describe(error, unknown=describe_unknown)


def describe_in(model: type[BaseModel], error: ErrorDetails) -> str:
    """Say what is wrong with an option of a section of its own, without its name."""
    return _describe(error, unknown=lambda path: _unknown_among(sorted(fields_of(model)), path[-1]))


def _describe(error: ErrorDetails, *, unknown: Callable[[Sequence[str]], str]) -> str:
    path = error["loc"]
    value = error["input"]
    kind = error["type"]
    if kind == "missing":
        listed = any(isinstance(part, int) for part in path)
        return "is required" if listed else f"is required; {_EVERYWHERE}"
    if kind == "extra_forbidden":
        return unknown([part for part in path if isinstance(part, str)])
    if value is None:
        return "is empty; give a value or remove the line"
    rule, advice = _RULES.get(kind, _other)(error["msg"], error.get("ctx", {}), value)
    # Text where a group should stand may be anything at all, a login for one.
    hidden = looks_secret(path) or kind == "model_type"
    shown = "" if hidden else f", is {render_value(value)}"
    return f"{rule}{shown}{advice}"


def describe_unknown(path: Sequence[str]) -> str:
    """Say that there is no such option, and which one may be meant. Never says its value."""
    *prefix, name = path
    if looks_secret([name]):
        return (
            "unknown option; secrets belong in an Airflow connection: remove it here, and change "
            "it if others could read this file"
        )
    if name in {"schemas", "databases"}:
        return f"unknown option; {name} stand {_SECTIONS[name]}"
    siblings = set(fields_of(_model_at(prefix)))
    if not prefix:
        siblings.add("schemas")
    alike = [".".join(option) for option in all_options() if option[-1] == name]
    if alike:
        return f'unknown option; did you mean "{alike[0]}"?'
    return _unknown_among(sorted(siblings), name)


def _unknown_among(known: Sequence[str], name: str) -> str:
    if alike := get_close_matches(name.lower(), known, n=1):
        return f'unknown option; did you mean "{alike[0]}"?'
    return f"unknown option; known here: {', '.join(known)}"


def _model_at(path: Sequence[str]) -> type[BaseModel]:
    if not path:
        return Options
    field = fields_of(Options)[path[0]]
    return group_of(field) or item_group_of(field) or Options


def unknown_options(level: Level) -> Iterator[Problem]:
    """Yield the options of a level that don't exist."""
    for name in level.options:
        if name not in fields_of(Options):
            yield Problem((*level.path, name), describe_unknown([name]))


_Words = tuple[str, str]
"""What must be, and what to do."""


def _other(message: str, _context: dict[str, Any], _value: object) -> _Words:
    return message[:1].lower() + message[1:], ""


def _rule(_message: str, context: dict[str, Any], _value: object) -> _Words:
    rule, _, advice = str(context["rule"]).partition("; ")
    return rule, f"; {advice}" if advice else ""


def _text(_message: str, _context: dict[str, Any], value: object) -> _Words:
    return "must be text", "" if isinstance(value, list | dict) else "; put it in quotes"


def _number(_message: str, _context: dict[str, Any], value: object) -> _Words:
    quoted = isinstance(value, str) and value.lstrip("-").isdecimal()
    return "must be a whole number", "; write it without quotes" if quoted else ""


def _choice(_message: str, context: dict[str, Any], value: object) -> _Words:
    choices = str(context["expected"]).replace("'", "")
    alike = get_close_matches(str(value).lower(), choices.replace(" or ", ", ").split(", "), n=1)
    return f"must be {choices}", f'; did you mean "{alike[0]}"?' if alike else ""


_RULES: dict[str, Callable[[str, dict[str, Any], object], _Words]] = {
    "rule": _rule,
    "string_type": _text,
    "int_type": _number,
    "literal_error": _choice,
    "bool_type": lambda *_: ("must be true or false", ""),
    "greater_than_equal": lambda _, context, __: (f"must be at least {context['ge']}", ""),
    "less_than_equal": lambda _, context, __: (f"must be at most {context['le']}", ""),
    "tuple_type": lambda *_: ("must be a list", "; write each item on a line of its own, after -"),
    "model_type": lambda *_: (
        "must be a group of options",
        "; write each on a line of its own below it, indented",
    ),
}
