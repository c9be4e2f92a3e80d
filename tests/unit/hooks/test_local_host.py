"""When the tools' host is the very machine this runs on."""

from __future__ import annotations

import json
import socket

import pytest

from oracle_backup.errors import HostUnreachableError
from oracle_backup.hooks.host import OracleHostHook, export_host, host_hook
from oracle_backup.hooks.local_host import LocalHostHook, is_local, machine_of

SSH = json.dumps({"conn_type": "ssh", "host": "ora01", "login": "oracle", "password": "x"})


@pytest.fixture
def other_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this be another machine than it was."""
    monkeypatch.setattr(socket, "gethostname", lambda: "worker-2")


def test_reserved_id_is_no_connection_even_where_airflow_has_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW_CONN_LOCAL", SSH)

    assert is_local("local")
    assert isinstance(host_hook("local"), LocalHostHook)
    assert not is_local("oracle_host")
    assert not is_local("Local")


def test_predecessor_s_host_is_local_until_airflow_has_a_connection(
    monkeypatch: pytest.MonkeyPatch,
):
    assert is_local("predecessor_host")

    monkeypatch.setenv("AIRFLOW_CONN_PREDECESSOR_HOST", SSH)

    assert not is_local("predecessor_host")
    hook = host_hook("predecessor_host")
    assert isinstance(hook, OracleHostHook)
    assert hook.remote_host == "ora01"
    assert isinstance(export_host("predecessor_host", {"machine": "x"}), OracleHostHook)


def test_machine_of_an_export_is_known_only_without_ssh():
    assert machine_of("local") == socket.gethostname()
    assert machine_of("oracle_host") is None


def test_hook_gives_a_shell_and_says_where_it_is():
    hook = host_hook("local")

    assert hook.remote_host == socket.gethostname()
    assert hook.no_host_key_check is False
    assert hook.ssh_conn_id == "local"
    with hook.shell() as shell:
        assert shell.run("echo on", timeout_seconds=60).stdout == "on\n"


@pytest.mark.parametrize("export", [{}, {"machine": None}, {"machine": socket.gethostname()}])
def test_export_of_this_machine_is_reached(export: dict[str, str | None]):
    with export_host("local", export).shell() as shell:
        assert shell.stat([]) == {}


@pytest.mark.usefixtures("other_machine")
def test_export_of_another_machine_is_out_of_reach():
    """The files are there, and a second export here would know nothing of the first."""
    with (
        pytest.raises(
            HostUnreachableError, match=r"runs on worker-2, and the export on worker-1\."
        ),
        export_host("local", {"machine": "worker-1"}).shell(),
    ):
        pass
