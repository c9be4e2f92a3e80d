"""What goes wrong on a server of ``asyncssh_servers``, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO


@dataclass
class Faults:
    """
    What goes wrong, and when. All of it is off until set.

    Counters count over all connections; a ``drops_…`` number says how many times it happens.
    """

    drop_after_written: int | None = None
    drop_after_read: int | None = None
    drop_after_output: int | None = None
    drops_left: int = 0
    stall_reads: bool = False
    stall_writes: bool = False
    write_error: Exception | None = None
    write_error_after: int = 0
    close_error: Exception | None = None
    rename_error: Exception | None = None
    posix_rename_error: Exception | None = None
    no_posix_rename: bool = False
    listing: list[bytes] | None = None
    list_error: Exception | None = None
    drop_after_listed: int | None = None
    short_reads: int | None = None
    flip_read_at: int | None = None
    swallow_writes_after: int | None = None
    forget_on_drop: int | None = None
    size_lie: int = 0
    size_lie_for: str = ""
    no_sizes: bool = False
    no_times: bool = False
    clock_shift_seconds: int = 0
    mode_error: Exception | None = None
    open_error: Exception | None = None
    mkdir_error: Exception | None = None
    remove_error: Exception | None = None
    rename_does_nothing: bool = False
    drop_at: str = ""
    stall_at: str = ""
    refuse_logins: bool = False
    no_exit_status: bool = False
    no_commands: bool = False
    command_output: bytes | None = None
    drop_before_rename_answer: bool = False

    written: int = 0
    read: int = 0
    sent: int = 0
    logins: int = 0
    opened: list[IO[bytes]] = field(default_factory=list)

    def drops_now(self, count: int, limit: int | None) -> bool:
        return limit is not None and count >= limit and self.take_drop()

    def take_drop(self) -> bool:
        if self.drops_left <= 0:
            return False
        self.drops_left -= 1
        return True
