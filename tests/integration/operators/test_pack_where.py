"""Where does a dump become smaller: on its host, or on the worker?"""

from __future__ import annotations

import hashlib
import io
import shutil
from typing import TYPE_CHECKING

import pytest

from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.local_shell import LocalShell
from oracle_backup.errors import ConfigError
from oracle_backup.operators.pack import ExportFile, Packer
from oracle_backup.operators.stores import OpenStores
from support.archives import dump_like
from support.fake_programs import make_program
from support.memory_store import InMemoryArchiveStore
from support.seven_zips import seven_zips

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_backup.adapters.archive.model import WrittenArchive

pytestmark = pytest.mark.integration

NAME = "erp/HR/HR-20261123T020000Z.7z"
CONTENT = dump_like(700_000)
TOOLS = ("sh", "cat", "tee", "nice", "sha256sum", "getconf", "printf", "stat", "wc", "ls", "awk")
needs_seven_zip = pytest.mark.skipif(not seven_zips(), reason="7-Zip (7zz, 7z) is not installed")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All programs of a host; no 7-Zip among them works."""
    folder = tmp_path / "bin"
    for name in ("7zz", "7z", "7za"):
        make_program(folder, name, "exit 1")
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or "/bin/false")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(tools: Path) -> None:
    """Put a 7-Zip there that works."""
    program = next(iter(seven_zips().values()))
    make_program(tools, "7z", f'exec {program} "$@"')


class Pass:
    """One pass over a dump, to a store in memory."""

    def __init__(self, folder: Path) -> None:
        self.store = InMemoryArchiveStore()
        path = folder / "HR.dmp"
        path.write_bytes(CONTENT)
        self.file = ExportFile(str(path), len(CONTENT), compressed=False)

    def pack(self, compress_on: str, *, level: int = 1) -> WrittenArchive:
        packer = Packer(
            level=level,
            password="contraseña",
            threads=1,
            encoder="lzma",
            compress_on=compress_on,
            progress_interval=60,
        )
        opened = OpenStores(stores={"only": self.store})
        written = packer.pack(LocalShell(), [self.file], opened, name=NAME)
        found = read_archive(
            io.BytesIO(self.store.files[NAME]), password="contraseña", expected=written
        )
        assert found.members[0].sha256 == hashlib.sha256(CONTENT).hexdigest()
        return written


@needs_seven_zip
@pytest.mark.parametrize("compress_on", ["host", "auto"])
def test_host_packs_where_it_can_and_may(tools: Path, tmp_path: Path, compress_on: str) -> None:
    install(tools)

    assert Pass(tmp_path).pack(compress_on).encoder == "host"


@needs_seven_zip
def test_worker_packs_where_it_is_told_to(tools: Path, tmp_path: Path) -> None:
    install(tools)

    assert Pass(tmp_path).pack("worker").encoder == "lzma"


@needs_seven_zip
@pytest.mark.parametrize("compress_on", ["host", "auto"])
def test_nobody_packs_at_level_0(tools: Path, tmp_path: Path, compress_on: str) -> None:
    install(tools)

    assert Pass(tmp_path).pack(compress_on, level=0).encoder == "stored"


def test_worker_packs_where_the_host_can_not(tools: Path, tmp_path: Path) -> None:
    assert Pass(tmp_path).pack("auto").encoder == "lzma"


def test_host_that_must_pack_and_can_not_is_told_before_anything_is_sent(
    tools: Path, tmp_path: Path
) -> None:
    done = Pass(tmp_path)

    with pytest.raises(ConfigError, match="no working 7-Zip on the Oracle host"):
        done.pack("host")
    assert done.store.files == {}
    assert done.store.parts == {}
