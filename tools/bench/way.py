"""One way from the dump to a checked archive on the store, in a process of its own."""

from __future__ import annotations

import json
import posixpath
import sys
from pathlib import Path
from typing import Any

import paramiko

NAME = "BENCH.7z"
PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing but the bench's own archives


def connect(place: dict[str, Any], port: int, *, fast_cipher: bool = False) -> paramiko.SSHClient:
    """Return a client as Airflow's hooks make it, without the link's own compression."""
    client = paramiko.SSHClient()
    key = paramiko.Ed25519Key.from_private_key_file(place["host_key"])
    client.get_host_keys().add(f"[127.0.0.1]:{port}", key.get_name(), key)
    client.connect(
        "127.0.0.1",
        port=port,
        username=place["user"],
        key_filename=place["key"],
        look_for_keys=False,
        allow_agent=False,
        compress=False,
    )
    if fast_cipher:
        from oracle_backup.adapters.ssh_cipher import prefer_fast_cipher

        prefer_fast_cipher(client)
    return client


def predecessor(place: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Fetch, pack with py7zr as it comes, send: one after the other."""
    import py7zr

    del options
    scratch = Path(place["scratch"])
    dump, archive = scratch / "dump", scratch / NAME
    with connect(place, place["host_port"]).open_sftp() as sftp:
        sftp.get(place["dump"], str(dump))
    with py7zr.SevenZipFile(archive, "w") as packed:
        packed.write(dump, posixpath.basename(place["dump"]))
    with connect(place, place["store_port"]).open_sftp() as sftp:
        sftp.put(str(archive), f"{place['store']}/{NAME}")
    return {"encoder": "py7zr"}


def ours(place: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Stream, then have the store's own SHA-256 compared with what was sent."""
    from oracle_backup.adapters.archive.host_encoder import HostEncoder
    from oracle_backup.adapters.archive.model import ArchiveMember
    from oracle_backup.adapters.archive.writer import write_archive
    from oracle_backup.adapters.sftp_store import SftpStore
    from oracle_backup.adapters.ssh_shell import RemoteShell

    shell = RemoteShell(connect(place, place["host_port"], fast_cipher=True), host_label="host")
    store = SftpStore(
        connect(place, place["store_port"], fast_cipher=True).open_sftp(),
        root=place["store"],
        label="store",
    )
    dump = place["dump"]
    size = shell.stat([dump])[dump]
    host = HostEncoder(shell, program="7zz", level=options["level"])
    on_host = options.get("compress_on") == "host"
    member = ArchiveMember(
        name=posixpath.basename(dump),
        size_bytes=size or 0,
        open=lambda offset: shell.open_file(dump, offset=offset),
        packed=(lambda: host.open(dump, size_bytes=size or 0)) if on_host else None,
    )
    part = store.open_part(NAME)
    written = write_archive(
        [member],
        sink=part,
        level=options["level"],
        password=PASSWORD if options.get("encrypted") else None,
        encoder=options["encoder"],
    )
    store.finish(part)
    if store.sha256(NAME, skip_bytes=32) != written.body_sha256:
        sys.exit("the archive on the store is not what was sent")
    return {"encoder": written.encoder}


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    way = {"ours": ours, "predecessor": predecessor}[settings["way"]]
    print(json.dumps(way(settings["place"], settings["options"])))
