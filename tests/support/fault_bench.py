"""
One backup's way to a store, with a fault on it, and what must be true whatever the fault was.

Used by ``test_store_fault_matrix``: the write path is the real one, the servers are real.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_backup.adapters.archive.reader import read_archive
from oracle_backup.adapters.check_copy import CopyCheck
from oracle_backup.adapters.foreign_errors import store_errors
from oracle_backup.adapters.local_shell import LocalShell
from oracle_backup.adapters.sftp_link import open_session
from oracle_backup.adapters.sftp_store import SftpStore
from oracle_backup.errors import BackupError
from oracle_backup.operators.pack import ExportFile, Packer
from oracle_backup.operators.stores import OpenStores

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.adapters.archive.model import WrittenArchive
    from oracle_backup.adapters.sftp_part import PartFile
    from support.faulty_proxy import FaultyProxy

log = logging.getLogger(__name__)

FOLDER = "erp/HR"
GOOD = f"{FOLDER}/HR-20261122T020000Z.7z"
NEW = f"{FOLDER}/HR-20261123T020000Z.7z"
OTHER = b"finished, with other content"
ARCHIVE_PASSWORD = "archive-secret-contrase\u00f1a"

NOISE = random.Random(5).randbytes(400_000)
CONTENTS = {"HR.dmp": b"rows" * 10_000 + NOISE, "HR.log": b"Job completed\n" * 50}
# About what the archive has: noise does not pack.
ABOUT_BYTES = 400_000


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    One fault.

    :param at: the stage before which ``fault`` is applied.
    :param fault: sets it.
    :param raises: the error that must come; None where the backup must succeed all the same.
    :param reconnects: whether the store may open new links.
    :param damages: whether the server itself spoils what it has accepted, so that the final name
        may stand on something that only reading back finds out.
    """

    name: str
    server: str
    at: str
    fault: Callable[[Bench], None]
    raises: type[BackupError] | None = None
    reconnects: bool = True
    damages: bool = False
    stall_seconds: float = 20.0


@dataclass
class Bench:
    """
    A server, a proxy before it, and a store's folder on it.

    :param root: the folder as the server knows it.
    :param local: the same on this machine.
    :param dumps: where the files of the export are put.
    """

    server: Any
    proxy: FaultyProxy
    root: str
    local: Path
    dumps: Path
    case: Case
    connect_options: dict[str, Any] = field(default_factory=dict)
    written: WrittenArchive | None = None
    stages: list[str] = field(default_factory=list)

    @property
    def faults(self) -> Any:
        return self.server.faults

    @property
    def new(self) -> Path:
        return self.local / NEW

    def lay_last_good(self) -> dict[Path, bytes]:
        """Put the backup of the day before there, and return it."""
        good = {self.local / GOOD: NOISE[:1000], self.local / f"{GOOD}.json": b'{"good": 1}'}
        for path, content in good.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return good

    def away_with_the_folder(self) -> None:
        """Let the store make its folders anew; the last good backup steps aside for that."""
        self.root = f"{self.root}/another"

    def backup(self) -> None:
        """Archive, write the manifest, read back, mark: as the tasks do, and with their code."""
        store = self._open()
        self.reach("open")
        self.written = self._packer().pack(
            LocalShell(),
            self._dumps(),
            OpenStores(stores={"nas": store}),  # type: ignore[dict-item]  # it passes all on
            name=NEW,
        )
        self.reach("manifest")
        store.write_text(f"{NEW}.json", self.manifest(verified=False))
        self.reach("verify")
        check = CopyCheck(
            store,  # type: ignore[arg-type]  # it passes all on
            name=NEW,
            record=self.written,  # type: ignore[arg-type]  # a manifest's record has the same
            password=ARCHIVE_PASSWORD,
            log=log,
        )
        check.run("full")
        self.reach("mark")
        store.write_text(f"{NEW}.json", self.manifest(verified=True), replace=True)
        self.reach("end")

    def _packer(self) -> Packer:
        return Packer(
            level=1,
            password=ARCHIVE_PASSWORD,
            threads=None,
            encoder="lzma",
            compress_on="worker",
            progress_interval=60,
        )

    def _dumps(self) -> list[ExportFile]:
        """Write the files of an export, and return them as they were judged."""
        self.dumps.mkdir(exist_ok=True)
        for name, content in CONTENTS.items():
            (self.dumps / name).write_bytes(content)
        return [
            ExportFile(str(self.dumps / name), len(content), compressed=False)
            for name, content in CONTENTS.items()
        ]

    def manifest(self, *, verified: bool) -> str:
        assert self.written is not None
        return json.dumps({"archive": self.written.to_dict(), "verified": verified})

    def connect(self) -> Any:
        client = self.server.connect(port=self.proxy.port, **self.connect_options)
        return open_session(client, stall_seconds=20)

    def reach(self, stage: str) -> None:
        """Note that the backup has come to a stage, and apply the fault if it belongs there."""
        self.stages.append(stage)
        if stage == self.case.at:
            self.case.fault(self)

    def _open(self) -> StagedStore:
        self.reach("connect")
        with store_errors("nas", doing="open an SFTP session"):
            sftp = self.connect()
        store = SftpStore(
            sftp,
            root=self.root,
            label="nas",
            reconnect=self.connect if self.case.reconnects else None,
            stall_seconds=self.case.stall_seconds,
            pause=lambda _: None,
        )
        return StagedStore(store, self)


class StagedStore:
    """The store under test; it tells the bench when an archive is begun and finished."""

    def __init__(self, store: SftpStore, bench: Bench) -> None:
        self._store = store
        self._bench = bench

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def open_part(self, name: str) -> PartFile:
        part = self._store.open_part(name)
        self._bench.reach("write")
        return part

    def finish(self, part: PartFile) -> None:
        if self._bench.case.at == "finish":
            # So that the fault comes after the last byte.
            part.flush()
        self._bench.reach("finish")
        self._store.finish(part)


def run_case(bench: Bench, caplog: Any) -> None:
    """Run one case and check all that must hold."""
    good = bench.lay_last_good()
    error: BackupError | None = None
    try:
        bench.backup()
    except BackupError as caught:
        error = caught
    finally:
        bench.proxy.reset()
    case = bench.case
    assert case.at in bench.stages, "the fault was never applied"
    assert type(error) is (case.raises or type(None)), repr(error)
    for path, content in good.items():
        assert path.read_bytes() == content, "the last good backup was touched"
    check_names(bench, succeeded=error is None)
    said = caplog.text
    if error is not None:
        said += "".join(traceback.format_exception(error)) + error.message + error.hint
    for secret in secrets_of(bench):
        assert secret not in said


def check_names(bench: Bench, *, succeeded: bool) -> None:
    """Every final name stands on something whole, and no manifest on less than that."""
    finals = {
        str(path.relative_to(bench.local))
        for path in bench.local.rglob("*")
        if path.is_file() and path.suffix != ".part"
    }
    assert finals <= {GOOD, f"{GOOD}.json", NEW, f"{NEW}.json"}
    has_manifest = f"{NEW}.json" in finals
    if succeeded:
        assert has_manifest
        assert json.loads((bench.local / f"{NEW}.json").read_text())["verified"] is True
    if has_manifest:
        assert NEW in finals or bench.case.damages
        kept = (bench.local / f"{NEW}.json").read_text()
        allowed = {bench.manifest(verified=False)}
        if "mark" in bench.stages:
            allowed.add(bench.manifest(verified=True))
        assert kept in allowed
    if NEW in finals and bench.new.read_bytes() != OTHER and not bench.case.damages:
        with bench.new.open("rb") as source:
            found = read_archive(source, password=ARCHIVE_PASSWORD, expected=bench.written)
        sent = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENTS.items()}
        assert {member.name: member.sha256 for member in found.members} == sent


def secrets_of(bench: Bench) -> list[str]:
    secrets = ["rehearsal-only", "wrong-and-secret", ARCHIVE_PASSWORD]
    key = getattr(bench.server, "client_key", None)
    if key is not None:
        secrets += [line for line in Path(key).read_text().splitlines() if len(line) > 30]
    return secrets


def with_reset_faults(faults: Any) -> Any:
    """Put a server's faults back to none, in place: its sessions hold on to the object."""
    fresh = replace(type(faults)())
    for opened in faults.opened:
        opened.close()
    vars(faults).update(vars(fresh))
    return faults
