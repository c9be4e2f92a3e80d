"""One lab for the command line's tests, with its connections in a file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from lab.stage import Lab
from support.command_line import CommandLine
from support.quick_retries import retry_without_pauses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab"), scale=0.01) as lab:
        yield lab


@pytest.fixture
def command_line(
    lab: Lab,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[CommandLine]:
    """The command line with a config of the lab, whose store is empty."""
    for name, value in lab.environment.items():
        # Only what says which certificates to trust: the connections come from their file.
        if not name.startswith("AIRFLOW"):
            monkeypatch.setenv(name, value)
    retry_without_pauses(monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield CommandLine(lab, folder=tmp_path, capsys=capsys)
    lab.set_store_faults()
    for path in lab.paths.store.iterdir():
        path.chmod(0o755)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
