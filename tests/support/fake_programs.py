"""Programs that behave badly, as shell scripts on a PATH of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make_program(folder: Path, name: str, script: str) -> Path:
    """Write an executable script and return its path."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return path


def path_with(folder: Path) -> str:
    """Return a PATH on which that folder comes first."""
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
