"""
How do blocks go through another program and come out again?

One thread feeds the program and one keeps what it says, while the caller takes its output: none
of the three pipes is ever full with nobody to empty it. Nothing is kept but what is in the pipes.
"""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

from oracle_backup.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    from oracle_backup.adapters.archive.encoder import Blocks

_PIPE_BYTES: Final = 1024 * 1024
# Of what the program says, the end is kept.
_SAID_BYTES: Final = 4096
# After its last output a program ends at once; one that does not is stuck.
_END_SECONDS: Final = 60.0


class ProgramPipe:
    """
    A program that is fed with blocks. A context: leaving it kills what still runs.

    :param blocks: taken by a thread. If taking them fails, the program is killed, and
        ``finish`` raises the failure.
    :ivar fed_bytes: how much the program has been given.
    """

    def __init__(
        self, command: Sequence[str], blocks: Blocks, *, environment: Mapping[str, str]
    ) -> None:
        self._name = Path(command[0]).name
        self._blocks = blocks
        self._failure: BaseException | None = None
        self._said = bytearray()
        self._is_at_end = False
        self.fed_bytes = 0
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                bufsize=0,
            )
        except OSError as error:
            raise EncoderError(
                f"{command[0]} could not be started: {error.strerror}.",
                hint="See whether it is installed on this worker, or choose another encoder.",
            ) from error
        self._threads = [
            threading.Thread(target=work, name=f"archive-{work.__name__}", daemon=True)
            for work in (self._feed, self._listen)
        ]
        for pipe in (self._stdin, self._stdout):
            _widen(pipe)
        for thread in self._threads:
            thread.start()

    def output(self) -> Iterator[bytes]:
        """Yield what the program writes, as it comes, to its end."""
        while data := self._stdout.read(_PIPE_BYTES):
            yield data
        self._is_at_end = True

    def finish(self) -> None:
        """
        Wait for the end; a program whose output was not taken to its end is killed.

        :raises EncoderError: the program ended badly, or without having read everything.
        """
        feeder, listener = self._threads
        if not self._is_at_end:
            self._process.kill()
            self._process.wait()
            return
        try:
            exit_code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise self.failure("it closed its output, but does not end") from error
        feeder.join()
        listener.join()
        if self._failure is not None and not isinstance(self._failure, BrokenPipeError):
            raise self._failure
        if exit_code != 0:
            raise self.failure(_ending(exit_code))
        if self._failure is not None:
            raise self.failure("it ended before it had read everything")

    def failure(self, what: str) -> EncoderError:
        """Return the error for what went wrong with the program."""
        lines = self._said.decode("utf-8", "replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return EncoderError(
            f"{self._name} could not compress: {what}."
            + (f' It said: "{said[-1]}".' if said else ""),
            hint="See this worker's memory and its system log; `encoder: lzma` needs no program.",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        # Its ends of the pipes are closed with it, so no thread waits for the program, and when
        # the blocks are left, none waits for the source.
        self._blocks.leave()
        for thread in self._threads:
            thread.join()
        for pipe in (self._stdin, self._stdout, self._stderr):
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def _stderr(self) -> IO[bytes]:
        assert self._process.stderr is not None
        return self._process.stderr

    def _feed(self) -> None:
        try:
            for block in self._blocks:
                self._write(block)
            # Only here, where all is well: the program takes this for the end of the member.
            self._stdin.close()
        except BrokenPipeError as error:
            # Its exit code will tell more.
            self._failure = error
        except BaseException as error:  # noqa: BLE001  # the edge of a thread: raised by finish()
            self._failure = error
            self._process.kill()

    def _write(self, block: bytes) -> None:
        rest = memoryview(block)
        while rest:
            # Without a buffer, a pipe takes as much as it has room for.
            rest = rest[self._stdin.write(rest) :]
        self.fed_bytes += len(block)

    def _listen(self) -> None:
        while data := self._stderr.read(_SAID_BYTES):
            self._said += data
            del self._said[:-_SAID_BYTES]


def _ending(exit_code: int) -> str:
    return f"signal {-exit_code} ended it" if exit_code < 0 else f"it ended with code {exit_code}"


def _widen(pipe: IO[bytes]) -> None:
    """Make a pipe hold more, where the system allows: fewer turns for the same bytes."""
    with contextlib.suppress(AttributeError, OSError):
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
