"""How does a trigger send scripts to the Oracle host over one connection?"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

import asyncssh
from airflow.providers.ssh.hooks.ssh import SSHHookAsync
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

from oracle_backup.adapters.remote_job.scripts import as_unit
from oracle_backup.errors import ConfigError, HostUnreachableError, RemoteCommandError

# asyncssh says ten lines for each poll, and Airflow would put them all into the task's log.
asyncssh.set_log_level("WARNING")

REFUSALS = (ConfigError, asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed)
"""What does not pass by itself."""
TROUBLE = (OSError, asyncssh.Error, HostUnreachableError, RemoteCommandError)
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

    :param ssh_conn_id: SSH connection to the host.
    """

    def __init__(self, ssh_conn_id: str) -> None:
        self._ssh_conn_id = ssh_conn_id
        self._connection: asyncssh.SSHClientConnection | None = None
        self._opening = asyncio.Lock()

    async def run(self, script: str) -> bytes:
        """
        Return what the script printed.

        Raise one of REFUSALS, or else one of TROUBLE.
        """
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
            # Airflow's API server or its database is away for a moment.
            raise HostUnreachableError(f"Airflow does not tell the connection: {error}") from error
        except (AirflowNotFoundException, FileNotFoundError, TypeError, ValueError) as error:
            raise ConfigError(
                f"The Airflow connection {self._ssh_conn_id!r} can't be used: {error}"
            ) from error


def _gate(ssh_conn_id: str) -> asyncio.Semaphore:
    """Return what lets a few in at a time, one for each host and event loop."""
    gates = _gates.setdefault(asyncio.get_running_loop(), {})
    return gates.setdefault(ssh_conn_id, asyncio.Semaphore(_LOGINS_AT_ONCE))


def said(error: Exception) -> str:
    """Return an error's words; some have none."""
    return f"{type(error).__name__}: {error}"
