"""
How does the Oracle host compress its own dump, so that only packed bytes travel?

7-Zip runs there as a pipe, at low priority: file -> .xz -> SSH. Nothing is written there, and the
password stays here: encryption comes after. The same pass hashes the plain bytes, and the script
answers at its end, on standard error, what each of its programs came to.

A link that breaks can't be resumed in the middle, since the encoder there ends with it: the
archive is then begun anew, by the task's retry.
"""

from __future__ import annotations

import hashlib
import logging
import lzma
import re
import shlex
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final

from oracle_backup.adapters.archive.seven_zip import PROGRAMS, most_threads, seven_zip_switches
from oracle_backup.errors import RemoteCommandError

if TYPE_CHECKING:
    from oracle_backup.adapters.ports import CommandStream, Shell

log = logging.getLogger(__name__)

# Seconds that the encoder may think before its first byte: at level 9 a block is 256 MiB, and a
# host that is busy packs 1 MB/s.
_STALL_SECONDS: Final = 900.0
_PROBE_SECONDS: Final = 60.0
_NICENESS: Final = 19
_MARK: Final = "oracle-backup:"
_ANSWER: Final = re.compile(rf"^{_MARK} sha256=([0-9a-f]{{64}})$", re.MULTILINE)
_READ_BYTES: Final = 256 * 1024
_PROBE_WORD: Final = "oracle-backup" * 20

# Logins without a terminal often have a short PATH. OpenSSL hashes with the processor's own
# instructions; Debian's sha256sum, without them, takes four times as long.
_PROLOGUE: Final = """\
PATH=$PATH:/usr/local/bin:/opt/bin:/opt/7zip:$HOME/bin:$HOME/.local/bin
LC_ALL=C
export PATH LC_ALL
plain_hash() {
    if openssl dgst -sha256 -r </dev/null >/dev/null 2>&1; then openssl dgst -sha256 -r
    elif command -v sha256sum >/dev/null 2>&1; then sha256sum
    else shasum -a 256
    fi
}
both() {
    if perl -e 'exit 0' </dev/null >/dev/null 2>&1; then
        perl -e 'open HASH, ">&=", 5 or exit 1;
            while ($got = sysread STDIN, $block, 1048576) {
                for $to (STDOUT, HASH) {
                    for ($done = 0; $done < $got; $done += $wrote) {
                        $wrote = syswrite $to, $block, $got - $done, $done;
                        exit 1 unless defined $wrote;
                    }
                }
            }
            exit 1 unless defined $got;'
    else tee /dev/fd/5
    fi
}
threads=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
[ "$threads" -le %(most_threads)d ] || threads=%(most_threads)d
"""

# The streams: 3 is this script's output, 4 collects the answers, 5 leads to the hash. tee writes
# to 5 by its name, which must be a pipe: a socket, as some SSH servers give, has no name to open.
# And it copies 8 KiB at a time, which lets processors idle: with Perl packing takes a tenth less.
_PIPELINE: Final = """\
exec 3>&1
answers=$(
    exec 4>&1
    {
        { %(source)s; echo "reading=$?" >&4; } | {
            nice -n %(niceness)d %(command)s "-mmt=$threads" >&3 3>&- 4>&- 5>&-
            echo "packing=$?" >&4
        }
    } 5>&1 | { plain_hash 3>&- 4>&-; echo "hashing=$?"; } >&4
)
failed=0
set -f
for answer in $answers; do
    case $answer in
    reading=0 | packing=0 | hashing=0) ;;
    reading=* | packing=* | hashing=*)
        echo "exit code of $answer" >&2
        failed=1
        ;;
    [0-9a-f]*) echo "%(mark)s sha256=$answer" >&2 ;;
    esac
done
exit $failed
"""


class HostEncoder:
    """
    Packs files on their host.

    :param program: what ``probe_host_encoder`` has found there.
    :param level: 1 to 9, as in 7-Zip.
    :param threads: the most it may take; None is as many as fit into the memory that an encoder
        is allowed. Never more than the host has processors; all of it runs at low priority.
    """

    def __init__(
        self, shell: Shell, *, program: str, level: int, threads: int | None = None
    ) -> None:
        self._shell = shell
        self._program = program
        self._level = level
        self._threads = threads

    def open(self, path: str, *, size_bytes: int) -> HostPackedFile:
        """
        Start packing a file there.

        :param size_bytes: what it should have; a hint for the choice of a dictionary.
        :raises HostUnreachableError: the link is broken.
        """
        script = build_packing(
            path,
            program=self._program,
            level=self._level,
            threads=self._threads,
            size_bytes=size_bytes,
        )
        command = self._shell.open_command(
            script, doing=f"pack {path}", stall_seconds=_STALL_SECONDS
        )
        return HostPackedFile(command, path=path, host_label=self._shell.host_label)


class HostPackedFile:
    """A file of the host, as .xz, while the host packs it."""

    def __init__(self, command: CommandStream, *, path: str, host_label: str) -> None:
        self._command = command
        self._path = path
        self._host_label = host_label

    def read(self, size: int, /) -> bytes:
        """
        Return up to ``size`` bytes, or nothing at the end.

        :raises HostUnreachableError: the link broke; packing must begin anew.
        :raises RemoteCommandError: one of the programs there ended badly.
        """
        return self._command.read(size)

    def sha256(self) -> str:
        """Return the hash of the plain bytes, which the host says at the end."""
        answer = _ANSWER.search(self._command.stderr)
        if answer is None:
            raise RemoteCommandError(
                f"Oracle host {self._host_label} packed {self._path} and did not tell its SHA-256.",
                hint="Set `compress_on: worker`.",
            )
        return answer[1]

    def close(self) -> None:
        self._command.close()


def probe_host_encoder(shell: Shell) -> str | None:
    """
    Return the name of a 7-Zip on the host that can pack there, None where there is none.

    What is tried is the very script that packs, with a word instead of a file.

    :raises HostUnreachableError: the link is broken.
    """
    return next((program for program in PROGRAMS if _packs_there(shell, program)), None)


def build_packing(
    path: str, *, program: str, level: int, threads: int | None, size_bytes: int
) -> str:
    """Build the script that packs a file to its output and says the file's SHA-256."""
    source = f"both <{shlex.quote(path)}"
    return _build(source, program, level=level, threads=threads, size_bytes=size_bytes)


def _build(source: str, program: str, *, level: int, threads: int | None, size_bytes: int) -> str:
    switches = seven_zip_switches(level, size_bytes=size_bytes)
    script = _PROLOGUE + _PIPELINE
    return script % {
        "source": source,
        "command": shlex.join([program, *switches]),
        "most_threads": threads or most_threads(level),
        "niceness": _NICENESS,
        "mark": _MARK,
    }


def _packs_there(shell: Shell, program: str) -> bool:
    script = _build(
        f"printf %s {_PROBE_WORD} | both",
        program,
        level=1,
        threads=1,
        size_bytes=len(_PROBE_WORD),
    )
    done = HostPackedFile(
        shell.open_command(script, doing=f"try {program}", stall_seconds=_PROBE_SECONDS),
        path="a word",
        host_label=shell.host_label,
    )
    word = _PROBE_WORD.encode()
    with closing(done):
        try:
            packed = b"".join(iter(partial(done.read, _READ_BYTES), b""))
            return (
                lzma.decompress(packed, lzma.FORMAT_XZ) == word
                and done.sha256() == hashlib.sha256(word).hexdigest()
            )
        except (RemoteCommandError, lzma.LZMAError) as error:
            log.debug("%s does not pack on %s: %s", program, shell.host_label, error)
            return False
