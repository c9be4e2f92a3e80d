"""Every message and hint of an error, and what checks find, read from the project's source."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

from oracle_backup import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(inspect.getfile(errors)).parent
FOLDERS = ("adapters", "domain", "hooks", "notifications", "operators", "triggers")
"""Where an error can come from in a run; those of config and cli are in no mail."""
FILLER = "x1"
"""Stands for each value that only a run knows."""
_KINDS = frozenset(
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.BackupError)
) | {"NoAnswerError"}
_MOST = 64

Names = dict[str, list[ast.expr]]


@dataclass(frozen=True)
class ErrorText:
    """
    A message or a hint.

    :param where: file and line, as in ``adapters/mail.py:198``.
    :param text: None where the source does not show it: it is handed over from elsewhere.
    """

    where: str
    text: str | None

    @property
    def place(self) -> str:
        """The file alone."""
        return self.where.partition(":")[0]


@cache
def error_texts() -> tuple[ErrorText, ...]:
    """Return all of them, in the order of the files."""
    found = []
    for folder in FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            found += _of_file(path)
    return tuple(dict.fromkeys(found))


def texts_given_to(*functions: str, files: str) -> set[str]:
    """Return what calls of these functions are given first, in files that a pattern names."""
    found: set[str] = set()
    for path in PACKAGE.glob(files):
        for call, names in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call.func, ast.Name) and call.func.id in functions:
                found.update(_texts(call.args[0], names))
    return found


def _of_file(path: Path) -> Iterator[ErrorText]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(PACKAGE).as_posix()
    for call, names in _calls(tree):
        if _makes_an_error(call):
            for argument in _told_by(call):
                for text in _texts(argument, names) or [None]:
                    if text != "":
                        yield ErrorText(f"{name}:{call.lineno}", text)


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, Names]]:
    """Yield each call with the names that it may use."""
    outer = _assigned(tree.body)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(call): one for one in functions for call in ast.walk(one)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            around = inside.get(id(call))
            inner = {} if around is None else _assigned(list(ast.walk(around)))
            yield call, {**outer, **inner}


def _makes_an_error(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name in _KINDS or any(one.arg == "hint" for one in call.keywords)


def _told_by(call: ast.Call) -> Iterator[ast.expr]:
    if any(one.arg == "hint" for one in call.keywords) or call.args:
        yield from call.args[:1]
    yield from (one.value for one in call.keywords if one.arg == "hint")


def _assigned(nodes: list[ast.stmt] | list[ast.AST]) -> Names:
    """Return what is assigned to each name, each of several values where there are."""
    found: Names = {}
    for node in nodes:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            _assign(node.target, node.value, found)
        elif isinstance(node, ast.Assign):
            _assign(node.targets[0], node.value, found)
    return found


def _assign(target: ast.expr, value: ast.expr, found: Names) -> None:
    if isinstance(target, ast.Name):
        found.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=True):
            _assign(one, its, found)


def _texts(node: ast.expr, names: Names) -> list[str]:
    """Return all texts that an expression may be, none where that can't be told."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return _joined([_texts(part, names) for part in node.values])
    if isinstance(node, ast.FormattedValue):
        return _texts(node.value, names) or [FILLER]
    if isinstance(node, ast.IfExp):
        return _texts(node.body, names) + _texts(node.orelse, names)
    if isinstance(node, ast.BoolOp):
        return [text for one in node.values for text in _texts(one, names) or [FILLER]]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([_texts(node.left, names), _texts(node.right, names)])
    if isinstance(node, ast.Name):
        # A name that is assigned from itself leads nowhere.
        others = {key: value for key, value in names.items() if key != node.id}
        return [text for one in names.get(node.id, ()) for text in _texts(one, others)]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        tables = [one for one in names.get(node.value.id, ()) if isinstance(one, ast.Dict)]
        return [text for table in tables for one in table.values for text in _texts(one, names)]
    return []


def _joined(parts: list[list[str]]) -> list[str]:
    return ["".join(choice) for choice in islice(product(*parts), _MOST)]
