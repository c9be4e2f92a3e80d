"""How does a trigger send scripts to the Oracle host: over one connection, or on this machine?"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

import asyncssh
from airflow.providers.ssh.hooks.ssh import SSHHookAsync
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError
from asgiref.sync import sync_to_async

from oracle_backup.adapters.local_shell import LocalShell, machine_name
from oracle_backup.adapters.remote_job.scripts import as_unit
from oracle_backup.errors import ConfigError, HostError, HostUnreachableError
from oracle_backup.hooks.local_host import PERHAPS_LOCAL, is_local, other_machine_error

# asyncssh says ten lines for each poll, and Airflow would put them all into the task's log.
asyncssh.set_log_level("WARNING")

REFUSALS = (ConfigError, asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed)
"""What does not pass by itself."""
TROUBLE = (OSError, asyncssh.Error, HostError)
"""What may pass by itself. Any other error is a mistake of ours."""

_CONNECT_SECONDS = 60
_ANSWER_SECONDS = 60
_CLOSE_SECONDS = 5
_LOGINS_AT_ONCE = 8
"""sshd by default turns away at random what comes while ten logins are under way."""

_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = (
    WeakKeyDictionary()
)


class HostLink:
    """
    One SSH connection, opened when it is needed and anew when it broke.

    With the host ``local`` there is none: scripts run on this machine, by the same protocol.

    :param ssh_conn_id: SSH connection to the host, or ``local``.
    :param machine: with ``local``, the machine this has to be, or None.
    """

    def __init__(self, ssh_conn_id: str, *, machine: str | None = None) -> None:
        self._ssh_conn_id = ssh_conn_id
        self._machine = machine
        self._local: bool | None = None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._opening = asyncio.Lock()

    async def run(self, script: str) -> bytes:
        """
        Return what the script printed.

        Raise one of REFUSALS, or else one of TROUBLE.
        """
        if await self._is_local():
            return await self._run_here(script)
        connection = await self._connected()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                done = await connection.run(
                    "sh -s", input=as_unit(script).encode(), encoding=None, check=False
                )
        except TimeoutError as error:
            raise HostUnreachableError(f"no answer within {_ANSWER_SECONDS} s") from error
        if done.returncode is None:
            raise asyncssh.ConnectionLost("the connection broke in the middle of an answer")
        return bytes(done.stdout or b"")

    def drop(self) -> None:
        """Let go of a connection that does not answer."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abort()

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        connection.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await connection.wait_closed()
        except TimeoutError:
            connection.abort()

    async def _is_local(self) -> bool:
        if self._local is None:
            if self._ssh_conn_id in PERHAPS_LOCAL:
                # Not asyncio.to_thread: only in asgiref's threads can Airflow be asked.
                ask = sync_to_async(is_local, thread_sensitive=False)
                try:
                    self._local = await ask(self._ssh_conn_id)
                except AirflowRuntimeError as error:
                    raise _not_told(error) from error
            else:
                self._local = is_local(self._ssh_conn_id)
        return self._local

    async def _run_here(self, script: str) -> bytes:
        if self._machine is not None and self._machine != machine_name():
            raise ConfigError(str(other_machine_error(self._machine)))
        _, stdout, _ = await asyncio.to_thread(
            LocalShell().run_for_bytes, script, timeout_seconds=_ANSWER_SECONDS
        )
        return stdout

    async def _connected(self) -> asyncssh.SSHClientConnection:
        async with self._opening:
            if self._connection is None or self._connection.is_closed():
                async with _gate(self._ssh_conn_id):
                    self._connection = await self._open()
            return self._connection

    async def _open(self) -> asyncssh.SSHClientConnection:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await SSHHookAsync(ssh_conn_id=self._ssh_conn_id).get_conn()
        except TimeoutError as error:
            raise HostUnreachableError(f"no connection within {_CONNECT_SECONDS} s") from error
        except AirflowRuntimeError as error:
            raise _not_told(error) from error
        except (AirflowNotFoundException, FileNotFoundError, TypeError, ValueError) as error:
            raise ConfigError(
                f"The Airflow connection {self._ssh_conn_id!r} can't be used: {error}"
            ) from error


def _not_told(error: AirflowRuntimeError) -> HostUnreachableError:
    """Return the error for Airflow's API server or its database being away for a moment."""
    return HostUnreachableError(f"Airflow does not tell the connection: {error}")


def _gate(ssh_conn_id: str) -> asyncio.Semaphore:
    """Return what lets a few in at a time, one for each host and event loop."""
    gates = _gates.setdefault(asyncio.get_running_loop(), {})
    return gates.setdefault(ssh_conn_id, asyncio.Semaphore(_LOGINS_AT_ONCE))


def said(error: Exception) -> str:
    """Return an error's words; some have none."""
    return f"{type(error).__name__}: {error}"
