"""
Write the files that are made from the model: ``python -m oracle_backup.config.generate``.

With ``--check`` nothing is written; the exit code is 1 when one of them is stale.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from oracle_backup.config.example_file import render_example
from oracle_backup.config.json_schema import build_json_schema
from oracle_backup.config.reference import render_reference

ROOT = Path(__file__).resolve().parents[3]


def render_files() -> dict[str, str]:
    """Render every generated file, by its path below the project's folder."""
    schema = json.dumps(build_json_schema(), indent=2, ensure_ascii=False)
    return {
        "include/config/backups.schema.json": f"{schema}\n",
        "include/config/backups.example.yaml": render_example(),
        "docs/reference/configuration.md": render_reference(),
    }


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Write the files, or check them; return the exit code."""
    parser = ArgumentParser(prog="python -m oracle_backup.config.generate")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if one is stale")
    check = parser.parse_args(arguments).check
    stale = [root / name for name, text in render_files().items() if _content(root / name) != text]
    for path in stale:
        if check:
            sys.stderr.write(f"{path} is stale. Run: make generate\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render_files()[str(path.relative_to(root))], encoding="utf-8")
            sys.stdout.write(f"{path} written.\n")
    return 1 if check and stale else 0


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
