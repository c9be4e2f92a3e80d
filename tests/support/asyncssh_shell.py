"""A real shell behind a server of ``asyncssh_servers``, whose line is cut on request."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import asyncssh

if TYPE_CHECKING:
    from support.ssh_faults import Faults


async def run_shell(process: asyncssh.SSHServerProcess, faults: Faults) -> None:
    """Run the command the client asked for, as sshd would, and cut the line on request."""
    if faults.command_output is not None:
        process.stdout.write(faults.command_output)
        process.exit(0)
        return
    if faults.no_commands:
        process.stdout.write(b"This service allows sftp connections only.\n")
        process.exit(1)
        return
    child = subprocess.Popen(  # noqa: ASYNC220  # asyncio's own leaves pipes open when cancelled
        # bash as login shell would also replace itself by the command.
        ["sh", "-c", f"exec {process.command}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with child:
        # A client may keep stdin open to the end.
        stdin = asyncio.ensure_future(_pump_in(process, child))
        try:
            await asyncio.gather(_pump_out(process, child, faults), _pump_error(process, child))
            code = await _in_thread(child.wait)
        except (OSError, asyncssh.Error):
            # The client has left. An error that gets out of here would end its other channels.
            return
        finally:
            stdin.cancel()
            # What the script has started keeps the pipes open, so the whole group has to go.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    if faults.no_exit_status:
        process.channel.close()
    elif code < 0:
        process.exit_with_signal("KILL")
    else:
        process.exit(code)


async def _in_thread(function: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


async def _pump_in(process: asyncssh.SSHServerProcess, child: subprocess.Popen[bytes]) -> None:
    try:
        with contextlib.suppress(BrokenPipeError, asyncssh.Error):
            while data := await process.stdin.read(65536):
                await _in_thread(os.write, child.stdin.fileno(), data)
    finally:
        child.stdin.close()


async def _pump_out(
    process: asyncssh.SSHServerProcess, child: subprocess.Popen[bytes], faults: Faults
) -> None:
    while data := await _in_thread(os.read, child.stdout.fileno(), 65536):
        if faults.drop_after_output is not None and faults.sent >= faults.drop_after_output:
            if faults.stall_reads:
                await asyncio.sleep(3600)
            if faults.take_drop():
                process.channel.get_connection().abort()
                raise ConnectionAbortedError
        faults.sent += len(data)
        process.stdout.write(data)
        await process.stdout.drain()


async def _pump_error(process: asyncssh.SSHServerProcess, child: subprocess.Popen[bytes]) -> None:
    while data := await _in_thread(os.read, child.stderr.fileno(), 65536):
        process.stderr.write(data)
