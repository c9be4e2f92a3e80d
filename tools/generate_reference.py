"""
Write those pages of docs/reference that are made from the code: errors, commands, manifest.

``python tools/generate_reference.py``; with ``--check`` nothing is written, and the exit code is 1
when a page is stale.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import textwrap
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tools")]

import manifest_page  # noqa: E402  # found only with the path above

from oracle_backup import errors  # noqa: E402
from oracle_backup.cli.main import build_parser  # noqa: E402
from oracle_backup.domain.manifest import MAX_BYTES  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_HEAD = """\
<!-- Generated from plugins/oracle_backup/errors.py by `python tools/generate_reference.py`. -->
# Errors

Every error this project raises, as a tree: a class is indented under the one it is a kind of.
The task log shows the class with its message, which says what happened, to what, and what to do.
`docs/how-to/read-a-failed-run.md` says where to look.

*Retried* means: the task is tried again, as often as the option `retries` says, each time after
two minutes.
*Never* means: the task fails at once, because a second try would end the same way.
An error that is not of this tree is one nobody has foreseen; it is retried too.

| error | meaning | retried |
|---|---|---|
"""
_INDENT = "&emsp;"


def render_errors() -> str:
    """Return the whole page."""
    return _HEAD + "".join(f"{row}\n" for row in _rows(errors.BackupError, depth=0))


def _rows(kind: type[errors.BackupError], *, depth: int) -> Iterator[str]:
    """Yield a class's row and those of its subclasses, in the order of the source."""
    retried = "retried" if issubclass(kind, errors.RETRIED) else "never"
    yield f"| {_INDENT * depth}`{kind.__name__}` | {_meaning(kind)} | {retried} |"
    for child in kind.__subclasses__():
        if child.__module__ != errors.__name__:
            # One that never leaves a part of the program, such as the command line.
            continue
        yield from _rows(child, depth=depth + 1)


def _meaning(kind: type[errors.BackupError]) -> str:
    """Return the first paragraph of a class's docstring as one line."""
    paragraph = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    if not paragraph:
        msg = f"{kind.__name__} has no docstring to say what it means"
        raise ValueError(msg)
    return " ".join(paragraph.split()).replace("``", "`").replace("|", "\\|")


_COMMANDS_HEAD = """\
<!-- Generated from plugins/oracle_backup/cli by `python tools/generate_reference.py`. -->
# Command line

`python -m oracle_backup COMMAND`, with `plugins/` on the path of Python; `--help` behind a command
says what stands here.
No command needs a running Airflow.
Those that ask a host, a database, a store or a mail server take connections from a file or from
where this machine's Airflow has them: [watch from outside](../how-to/watch-from-outside.md).

{codes}

| command | does |
|---|---|
"""


_TITLES = {"options": "option", "positional arguments": "argument"}


def render_commands() -> str:
    """Return the page of all commands, from the parser itself."""
    parser = build_parser()
    (commands,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    head = _COMMANDS_HEAD.format(codes=" ".join((parser.epilog or "").split()))
    rows = [
        f"| [`{one.dest}`](#{one.dest}) | {_cell(one.help or '')} |\n"
        for one in commands._choices_actions
    ]
    pages = [_render_command(name, one) for name, one in commands.choices.items()]
    return "".join([head, *rows, *pages])


def _render_command(name: str, parser: argparse.ArgumentParser) -> str:
    lines = ["", f"## {name}", "", " ".join((parser.description or "").split()), ""]
    lines += ["```sh", _synopsis(parser), "```", ""]
    for group in parser._action_groups:
        actions = [one for one in group._group_actions if one.dest != "help"]
        if actions:
            lines += [f"| {_TITLES.get(str(group.title), group.title)} | |", "|---|---|"]
            lines += [f"| `{_invocation(one)}` | {_help(one)} |" for one in actions]
            lines.append("")
    if parser.epilog:
        wrapped = (
            textwrap.wrap(line, 100) if len(line) > 100 else [line]
            for line in parser.epilog.strip().splitlines()
        )
        lines += ["```text", *chain.from_iterable(wrapped), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _synopsis(parser: argparse.ArgumentParser) -> str:
    """Return a line with what must be given; argparse's own differs between releases of Python."""
    given = [
        one for one in parser._actions if one.dest != "help" and (one.required or _is_operand(one))
    ]
    words = [_invocation(one) for one in sorted(given, key=_is_operand)]
    return " ".join([parser.prog, "[OPTION ...]", *words])


def _is_operand(action: argparse.Action) -> bool:
    return not action.option_strings


def _invocation(action: argparse.Action) -> str:
    metavar = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    if action.choices and not action.metavar:
        metavar = "{" + ",".join(map(str, action.choices)) + "}"
    if _is_operand(action):
        return {"?": f"[{metavar}]", "+": f"{metavar} ...", "*": f"[{metavar} ...]"}.get(
            str(action.nargs), str(metavar)
        )
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {metavar}"


def _help(action: argparse.Action) -> str:
    text = (action.help or "") % {"default": action.default, "prog": "python -m oracle_backup"}
    return _cell(text)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: dict[Path, Callable[[], str]] = {
    Path("docs/reference/errors.md"): render_errors,
    Path("docs/reference/command-line.md"): render_commands,
    Path("docs/reference/manifest.schema.json"): manifest_page.render_schema,
    Path("docs/reference/manifest.md"): partial(
        manifest_page.render_manifest, most_bytes=MAX_BYTES
    ),
}
"""Each page, and what makes its text."""


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Write the pages, or check them; return the exit code."""
    parser = argparse.ArgumentParser(prog="generate_reference.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    check = parser.parse_args(arguments).check
    stale = 0
    for target, render in PAGES.items():
        path, text = root / target, render()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            sys.stderr.write(f"{target} is stale. Run: python tools/generate_reference.py\n")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{target} written.\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
