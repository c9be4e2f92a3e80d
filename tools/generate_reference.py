"""
Write docs/reference/errors.md from plugins/oracle_backup/errors.py.

``python tools/generate_reference.py``; with ``--check`` nothing is written, and the exit code is 1
when the file is stale. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "plugins"))

from oracle_backup import errors  # noqa: E402  # found only with the path above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TARGET = Path("docs/reference/errors.md")

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
        yield from _rows(child, depth=depth + 1)


def _meaning(kind: type[errors.BackupError]) -> str:
    """Return the first paragraph of a class's docstring as one line."""
    paragraph = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    if not paragraph:
        msg = f"{kind.__name__} has no docstring to say what it means"
        raise ValueError(msg)
    return " ".join(paragraph.split()).replace("``", "`").replace("|", "\\|")


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Write the page, or check it; return the exit code."""
    parser = argparse.ArgumentParser(prog="generate_reference.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if it is stale")
    check = parser.parse_args(arguments).check
    path = root / TARGET
    text = render_errors()
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    if check:
        sys.stderr.write(f"{TARGET} is stale. Run: python tools/generate_reference.py\n")
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{TARGET} written.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
