"""
What does a store's own command say a file's SHA-256 is?

Many accounts for SFTP run nothing else: the server refuses, or answers with something of its own.
So an answer counts only in exactly our form, with the size that SFTP sees too. A server may show
SFTP another root than it shows commands.
"""

from __future__ import annotations

import logging
import posixpath
import re
import shlex
from typing import TYPE_CHECKING

from oracle_backup.adapters.ssh_scripts import run_script
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from oracle_backup.adapters.sftp_link import SftpLink

log = logging.getLogger(__name__)

# An account that runs commands answers in a second; one that does not may never answer.
_PROBE_SECONDS = 15.0
_GREETING = "oracle-backup-commands"
# A slow disk, and the time a busy server takes to begin.
_BYTES_PER_SECOND = 10_000_000
_PATIENCE_SECONDS = 120.0
# What a login shell's banner may add, and more than our answer needs.
_OUTPUT_BYTES = 64 * 1024
_ANSWER = re.compile(r"oracle-backup-sha256 (?P<size>\d{1,20}) (?P<digest>[0-9a-f]{64})", re.ASCII)


class RemoteHash:
    """Asks a store's server for hashes, if it runs commands."""

    def __init__(self, link: SftpLink) -> None:
        self._link = link
        self._runs_commands: bool | None = None

    def of(self, path: str, *, size_bytes: int, skip_bytes: int = 0) -> str | None:
        """Return the SHA-256 of a file from a byte on, None where it can't be had that way."""
        if self._runs_commands is None:
            said = self._run(f"echo {_GREETING}", timeout_seconds=_PROBE_SECONDS)
            self._runs_commands = said is not None and said.splitlines()[-1:] == [_GREETING]
        if not self._runs_commands:
            return None
        said = self._run(
            build_hash_script(path, skip_bytes=skip_bytes),
            timeout_seconds=_PATIENCE_SECONDS + size_bytes / _BYTES_PER_SECOND,
        )
        return parse_hash(said, size_bytes=size_bytes) if said is not None else None

    def _run(self, script: str, *, timeout_seconds: float) -> str | None:
        """Return what a script printed, None if it did not end well."""
        channel = self._link.sftp.get_channel()
        if channel is None:
            return None
        try:
            with self._link.errors("run a command"):
                done = run_script(
                    channel.get_transport(),
                    script,
                    host_label=f"store {self._link.label}",
                    timeout_seconds=timeout_seconds,
                    max_output_bytes=_OUTPUT_BYTES,
                )
        except BackupError as error:
            log.info("The store's own hash can't be had: %s", error.message)
            return None
        return done.stdout if done.exit_code == 0 else None


def build_hash_script(path: str, *, skip_bytes: int = 0) -> str:
    """
    Build the script that prints a file's size, and the SHA-256 of it from a byte on.

    The commands read from standard input, so no name is taken for an option, and none is printed.
    OpenSSL comes first: it may take a fourth of the time that sha256sum does.
    """
    # Without a folder, a name that begins with a dash would be an option to ls.
    place = path if posixpath.isabs(path) else f"./{path}"
    content = (
        f'tail -c +{skip_bytes + 1} < "$file" | digest_of' if skip_bytes else 'digest_of < "$file"'
    )
    return f"""\
LC_ALL=C; export LC_ALL
file={shlex.quote(place)}
if openssl dgst -sha256 -r </dev/null; then digest_of() {{ openssl dgst -sha256 -r; }}
elif command -v sha256sum; then digest_of() {{ sha256sum; }}
elif command -v shasum; then digest_of() {{ shasum -a 256; }}
elif command -v sha256; then digest_of() {{ sha256 -q; }}
elif command -v digest; then digest_of() {{ digest -a sha256; }}
else exit 69
fi >/dev/null 2>&1
set -e
[ -f "$file" ]
size=$(ls -dnL "$file" | awk 'NR == 1 {{ print $5 }}')
answer=$({content})
echo "oracle-backup-sha256 $size ${{answer%% *}}"
"""


def parse_hash(said: str, *, size_bytes: int) -> str | None:
    """Given what the script printed, return the hash; None unless it is of a file of that size."""
    lines = said.splitlines()
    answer = _ANSWER.fullmatch(lines[-1]) if lines else None
    if answer is None or int(answer["size"]) != size_bytes:
        return None
    return answer["digest"]
