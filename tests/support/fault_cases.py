"""Every fault that a store is tried with, as `fault_bench.Case`s."""

from __future__ import annotations

import functools
import itertools
import os
from typing import TYPE_CHECKING

import asyncssh
import paramiko

from oracle_backup.errors import (
    IntegrityError,
    NameTakenError,
    StoreError,
    StoreFullError,
    StoreKeyError,
    StoreLoginError,
    StorePermissionError,
    StoreUnreachableError,
)
from support.fault_bench import ABOUT_BYTES, OTHER, Bench, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NETWORK_SERVERS = ("asyncssh", "openssh", "proftpd")
LASTING = 1000
# Where a cut or a stall comes, in bytes after the stage began.
CUTS = {
    "open": (250,),
    "write": (0, ABOUT_BYTES // 2, ABOUT_BYTES - 50_000),
    "finish": (0, 300, 700),
    "manifest": (0, 1500),
    "verify": (250,),
    "mark": (700,),
}


def arm(**options: int) -> Callable[[Bench], None]:
    return lambda bench: bench.proxy.arm(**options)


def cut_for_good(**options: int) -> Callable[[Bench], None]:
    """Cut the line, and let no other be opened."""

    def fault(bench: Bench) -> None:
        bench.proxy.arm(**options)
        bench.proxy.refuses = True

    return fault


def network_cases(server: str) -> Iterator[Case]:
    """Cut the link at each stage: for a moment, and for good. Let it stand still."""
    for stage, places in CUTS.items():
        for place in places:
            yield Case(
                name=f"cut-{stage}-{place}", server=server, at=stage, fault=arm(cut_up=place)
            )
        yield Case(
            name=f"answer-lost-{stage}", server=server, at=stage, fault=arm(cut_down=60, times=2)
        )
        yield Case(
            name=f"cut-for-good-{stage}",
            server=server,
            at=stage,
            fault=cut_for_good(cut_up=places[-1]),
            raises=StoreUnreachableError,
        )
    yield Case(
        name="cut-without-reconnect",
        server=server,
        at="write",
        fault=arm(cut_up=ABOUT_BYTES // 2),
        raises=StoreUnreachableError,
        reconnects=False,
    )
    for stage, way in (
        ("open", "up"),
        ("write", "up"),
        ("write", "down"),
        ("finish", "down"),
        ("verify", "down"),
    ):
        yield Case(
            name=f"stall-{way}-{stage}",
            server=server,
            at=stage,
            fault=arm(**{f"stall_{way}": 100}),
            stall_seconds=1,
        )
    yield Case(
        name="stall-for-good",
        server=server,
        at="write",
        fault=arm(stall_up=100_000),
        raises=StoreUnreachableError,
        reconnects=False,
        stall_seconds=1,
    )
    yield Case(name="bit-flipped-on-the-way", server=server, at="write", fault=arm(flip_up=300_000))
    # Before the login, in it, and after it: no break is a wrong password.
    for place in (0, 1500, 1900, 2300, 2600):
        yield Case(
            name=f"cut-while-connecting-{place}",
            server=server,
            at="connect",
            fault=arm(cut_down=place, times=LASTING),
            raises=StoreUnreachableError,
            reconnects=False,
        )
    yield Case(
        name="closed-while-connecting",
        server=server,
        at="connect",
        fault=cut_for_good(),
        raises=StoreUnreachableError,
    )


def refuse_port(bench: Bench) -> None:
    bench.proxy.port = 1


def change_key(bench: Bench) -> None:
    bench.server = with_other_key(bench.server)


def with_other_key(server):
    changed = type(server)(**vars(server))
    changed.host_key = paramiko.RSAKey.generate(1024)
    return changed


def take_name(bench: Bench) -> None:
    bench.new.write_bytes(OTHER)


def take_name_with_link(bench: Bench) -> None:
    """A link of that name, to a file whose content must not be replaced."""
    (bench.local / "elsewhere.part").write_bytes(OTHER)
    bench.new.symlink_to(bench.local / "elsewhere.part")


def make_folder_of_that_name(bench: Bench) -> None:
    bench.new.mkdir()


def remove_part(bench: Bench) -> None:
    for part in bench.new.parent.glob("*.part"):
        part.unlink()


def shorten_part(bench: Bench) -> None:
    for part in bench.new.parent.glob("*.part"):
        os.truncate(part, 1000)


def lengthen_part(bench: Bench) -> None:
    for part in bench.new.parent.glob("*.part"):
        os.truncate(part, 10_000_000)


def spoil_archive(place: int) -> Callable[[Bench], None]:
    """Turn one bit of the finished archive."""

    def fault(bench: Bench) -> None:
        content = bytearray(bench.new.read_bytes())
        content[place] ^= 1
        bench.new.write_bytes(content)

    return fault


def cut_archive(bench: Bench) -> None:
    os.truncate(bench.new, bench.new.stat().st_size - 1)


def lengthen_archive(bench: Bench) -> None:
    with bench.new.open("ab") as file:
        file.write(b"\0")


def remove_archive(bench: Bench) -> None:
    bench.new.unlink()


def zero_archive(bench: Bench) -> None:
    """What a server leaves that had acknowledged bytes and lost them in a crash."""
    size = bench.new.stat().st_size
    os.truncate(bench.new, size // 2)
    os.truncate(bench.new, size)


def file_system_cases(server: str) -> Iterator[Case]:
    """What may happen to files behind any server's back, and names that are taken."""
    case = functools.partial(Case, server=server)
    yield case(name="port-closed", at="connect", fault=refuse_port, raises=StoreUnreachableError)
    yield case(name="host-key-changed", at="connect", fault=change_key, raises=StoreKeyError)
    for name, fault in (
        ("name-taken", take_name),
        ("name-taken-by-link", take_name_with_link),
        ("name-taken-by-folder", make_folder_of_that_name),
    ):
        yield case(name=name, at="finish", fault=fault, raises=NameTakenError)
    yield case(
        name="lost-what-it-had-acknowledged",
        at="finish",
        fault=lambda bench: (shorten_part(bench), bench.proxy.arm(cut_up=0)),
        raises=StoreError,
    )
    for fault in (remove_part, shorten_part, lengthen_part):
        name = fault.__name__.replace("_", "-")
        yield case(name=name, at="finish", fault=fault, raises=StoreError)
    for name, fault in (
        ("bit-flipped-in-start-header", spoil_archive(10)),
        ("bit-flipped-in-the-middle", spoil_archive(ABOUT_BYTES // 2)),
        ("bit-flipped-at-the-end", spoil_archive(-1)),
        ("size-short", cut_archive),
        ("size-long", lengthen_archive),
        ("writes-lost-in-a-crash", zero_archive),
    ):
        yield case(name=name, at="verify", fault=fault, raises=IntegrityError, damages=True)


def set_faults(**values: object) -> Callable[[Bench], None]:
    return lambda bench: vars(bench.faults).update({"written": 0, "read": 0, **values})


def asyncssh_cases() -> Iterator[Case]:
    """What only a server that does as it is told can be made to do."""
    case = functools.partial(Case, server="asyncssh")
    no_space = asyncssh.SFTPFailure("No space left on device")
    quota = asyncssh.SFTPFailure("Disk quota exceeded")
    denied = asyncssh.SFTPPermissionDenied("Permission denied")
    failure = asyncssh.SFTPFailure("Failure")
    unsupported = asyncssh.SFTPOpUnsupported("not here")
    hostile = asyncssh.SFTPFailure("\x1b[2J\nrehearsal done: all is well\u202e" + "x" * 5000)

    errors = (
        ("no-space", no_space, StoreFullError),
        ("quota", quota, StoreFullError),
        ("denied", denied, StorePermissionError),
        ("failure", failure, StoreError),
        ("hostile-words", hostile, StoreError),
    )
    for name, error, raises in errors:
        yield case(
            name=f"open-{name}", at="open", fault=set_faults(open_error=error), raises=raises
        )
        yield case(
            name=f"close-{name}", at="finish", fault=set_faults(close_error=error), raises=raises
        )
        for stage, after in (("write", 0), ("write", 300_000), ("write", ABOUT_BYTES - 50_000)):
            yield case(
                name=f"write-{name}-{after}",
                at=stage,
                fault=set_faults(write_error=error, write_error_after=after),
                raises=raises,
            )
        yield case(
            name=f"manifest-{name}",
            at="manifest",
            fault=set_faults(write_error=error),
            raises=raises,
        )
        yield case(
            name=f"mark-{name}", at="mark", fault=set_faults(write_error=error), raises=raises
        )
        yield case(
            name=f"rename-{name}",
            at="finish",
            fault=set_faults(rename_error=error, posix_rename_error=error),
            raises=raises,
        )
        yield case(
            name=f"rename-manifest-{name}",
            at="manifest",
            fault=set_faults(rename_error=error, posix_rename_error=error),
            raises=raises,
        )
    yield case(
        name="login-refused",
        at="connect",
        fault=set_faults(refuse_logins=True),
        raises=StoreLoginError,
    )
    yield case(
        name="wrong-password",
        at="connect",
        fault=lambda bench: bench.connect_options.update(password="wrong-and-secret"),
        raises=StoreLoginError,
    )
    yield case(
        name="key-unknown",
        at="connect",
        fault=lambda bench: bench.connect_options.update(know_key=False),
        raises=StoreKeyError,
    )
    yield case(
        name="login-refused-after-a-cut",
        at="write",
        fault=lambda bench: (
            set_faults(refuse_logins=True)(bench),
            bench.proxy.arm(cut_up=200_000),
        ),
        raises=StoreLoginError,
    )
    yield case(
        name="key-changed-after-a-cut",
        at="write",
        fault=lambda bench: (change_key(bench), bench.proxy.arm(cut_up=200_000)),
        raises=StoreKeyError,
    )
    for name, values, raises in (
        ("acknowledged-and-dropped-from-the-start", {"swallow_writes_after": 0}, StoreError),
        ("acknowledged-and-dropped-later", {"swallow_writes_after": 300_000}, StoreError),
        ("rename-does-nothing", {"rename_does_nothing": True}, StoreError),
        ("sizes-not-told", {"no_sizes": True}, StoreError),
        ("size-told-too-big", {"size_lie": 1}, StoreError),
        ("size-told-too-small", {"size_lie": -1}, StoreError),
        ("size-told-huge", {"size_lie": 2**60}, StoreError),
        ("rename-unsupported", {"rename_error": unsupported}, None),
        ("posix-rename-unsupported", {"no_posix_rename": True}, None),
        (
            "no-rename-at-all",
            {"rename_error": unsupported, "no_posix_rename": True},
            StoreError,
        ),
        ("rename-answer-lost", {"drop_before_rename_answer": True, "drops_left": 2}, None),
        ("modes-refused", {"mode_error": denied}, None),
        ("modes-unsupported", {"mode_error": unsupported}, None),
        ("remove-denied", {"remove_error": denied}, None),
        ("reads-short", {"short_reads": 1013}, None),
    ):
        yield case(name=name, at="open", fault=set_faults(**values), raises=raises)
    for stage in ("open", "close", "stat", "rename", "posix_rename", "remove"):
        for fault in ("drop_at", "stall_at"):
            yield case(
                name=f"{fault.replace('_', '-')}-{stage}",
                at="open",
                fault=set_faults(**{fault: stage, "drops_left": 1}),
                stall_seconds=1,
            )
    for name, values in (
        ("read-bit-flipped-at-the-start", {"flip_read_at": 3}),
        ("read-bit-flipped-in-the-middle", {"flip_read_at": ABOUT_BYTES // 2}),
    ):
        yield case(
            name=name,
            at="verify",
            fault=set_faults(**values),
            raises=IntegrityError,
            damages=True,
        )
    yield case(
        name="archive-gone", at="verify", fault=remove_archive, raises=IntegrityError, damages=True
    )
    yield case(
        name="manifest-mkdir-never-needed", at="manifest", fault=set_faults(mkdir_error=denied)
    )
    for name, error, raises in errors[:4]:
        yield case(
            name=f"folder-{name}",
            at="connect",
            fault=lambda bench, error=error: (
                set_faults(mkdir_error=error)(bench),
                bench.away_with_the_folder(),
            ),
            raises=raises,
        )


def other_cases() -> Iterator[Case]:
    """Real servers that are set to refuse."""
    yield Case(
        name="read-only-server",
        server="openssh_read_only",
        at="connect",
        fault=lambda _bench: None,
        raises=StorePermissionError,
    )
    yield Case(
        name="file-size-limit",
        server="openssh_limited",
        at="connect",
        fault=lambda _bench: None,
        raises=StoreError,
    )
    yield Case(
        name="closed-folder",
        server="proftpd_closed",
        at="connect",
        fault=lambda _bench: None,
        raises=StorePermissionError,
    )
    yield Case(
        name="wrong-password",
        server="proftpd",
        at="connect",
        fault=lambda bench: bench.connect_options.update(password="wrong-and-secret"),
        raises=StoreLoginError,
    )
    for name in NETWORK_SERVERS:
        yield Case(name="nothing-wrong", server=name, at="end", fault=lambda _bench: None)


CASES = [
    *itertools.chain.from_iterable(network_cases(name) for name in NETWORK_SERVERS),
    *itertools.chain.from_iterable(file_system_cases(name) for name in NETWORK_SERVERS),
    *asyncssh_cases(),
    *other_cases(),
]
