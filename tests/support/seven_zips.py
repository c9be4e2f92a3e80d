"""The 7-Zip programs of this machine, from the newest to the oldest."""

from __future__ import annotations

import atexit
import importlib.util
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

# The package extractcode-7z has the p7zip of 2016 in it, the last of its line and the oldest
# engine that can still be had as a program. Debian's p7zip packages are the newest engine by now.
_OLD_PACKAGE = "extractcode_7z"


@cache
def seven_zips() -> dict[str, str]:
    """Return the path of each program by its version."""
    paths = [*filter(None, map(shutil.which, ("7zz", "7z", "7za"))), *_old_program()]
    return {_version(path): path for path in reversed(paths)}


def run_seven_zip(
    program: str, command: str, archive: Path, *more: str, password: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it as an administrator should: the password is typed, not given as an argument."""
    return subprocess.run(
        [program, command, *more, str(archive)],
        input=f"{password}\n" if password else "",
        capture_output=True,
        text=True,
    )


def _version(path: str) -> str:
    said = subprocess.run([path], capture_output=True, text=True).stdout
    found = re.search(r"7-Zip[^:\n]*?(\d+\.\d+)", said)
    assert found is not None, said
    return found[1]


def _old_program() -> list[str]:
    spec = importlib.util.find_spec(_OLD_PACKAGE)
    if spec is None or spec.origin is None:
        return []
    folder = Path(tempfile.mkdtemp(prefix="old-7z-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # Beside its library, and not everywhere may it be run where pip has put it.
    for file in (Path(spec.origin).parent / "bin").iterdir():
        shutil.copy(file, folder / file.name)
    program = folder / "7z"
    program.chmod(0o755)
    return [str(program)]
