"""What a link does with whatever comes of asking for a connection; a real host is elsewhere."""

import asyncio
import socket
from types import SimpleNamespace

import asyncssh
import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from oracle_backup.errors import ConfigError, HostUnreachableError, RemoteCommandError
from oracle_backup.triggers import host_link
from oracle_backup.triggers.host_link import REFUSALS, TROUBLE, HostLink, said

AIRFLOW_IS_AWAY = AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR))


class Provider:
    """Stands for the provider's hook: it counts who logs in, and gives a connection or an error."""

    def __init__(self, outcome: object) -> None:
        self.outcome = outcome
        self.now = self.most = 0

    def __call__(self, ssh_conn_id: str) -> "Provider":
        return self

    async def get_conn(self) -> object:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def make_connection(*, returncode: int | None = 0) -> SimpleNamespace:
    async def run(command: str, **_: object) -> SimpleNamespace:
        return SimpleNamespace(returncode=returncode, stdout=command.encode())

    return SimpleNamespace(run=run, is_closed=lambda: False)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider(make_connection())
    monkeypatch.setattr(host_link, "SSHHookAsync", provider)
    return provider


def run_at_once(*conn_ids: str) -> list[bytes]:
    async def scenario() -> list[bytes]:
        return await asyncio.gather(*(HostLink(conn_id).run("true") for conn_id in conn_ids))

    return asyncio.run(scenario())


def test_few_log_in_to_one_host_at_the_same_time(provider: Provider) -> None:
    """sshd turns away at random what comes while ten logins are under way."""
    answers = run_at_once(*["host"] * 30)

    assert answers == [b"sh -s"] * 30
    assert provider.most == 8


def test_hosts_do_not_wait_for_each_other(provider: Provider) -> None:
    run_at_once(*[f"host_{number}" for number in range(30)])

    assert provider.most == 30


@pytest.mark.parametrize(
    ("outcome", "error", "words"),
    [
        (AIRFLOW_IS_AWAY, HostUnreachableError, "Airflow does not tell"),
        (TimeoutError(), HostUnreachableError, "no connection within 60 s"),
        (ValueError("no key"), ConfigError, "'host' can't be used: no key"),
        (FileNotFoundError("/no/file"), ConfigError, "/no/file"),
        (ConnectionRefusedError("nobody listens"), ConnectionRefusedError, "nobody listens"),
        (asyncssh.PermissionDenied("no"), asyncssh.PermissionDenied, "no"),
    ],
)
def test_what_passes_is_told_from_what_does_not(
    provider: Provider, outcome: Exception, error: type[Exception], words: str
) -> None:
    provider.outcome = outcome

    with pytest.raises(error, match=words) as caught:
        run_at_once("host")

    assert isinstance(caught.value, REFUSALS) is (error is ConfigError)
    assert isinstance(caught.value, TROUBLE) is (error is not ConfigError)
    assert words in said(caught.value)


def test_answer_without_an_exit_status_is_cut_off(provider: Provider) -> None:
    provider.outcome = make_connection(returncode=None)

    with pytest.raises(asyncssh.ConnectionLost, match="in the middle"):
        run_at_once("host")


# Without SSH.


def run_here(script: str, *, conn_id: str = "local", machine: str | None = None) -> bytes:
    return asyncio.run(HostLink(conn_id, machine=machine).run(script))


def test_local_script_runs_here_and_gives_its_bytes(provider: Provider) -> None:
    assert run_here("printf '\\361'; echo no >&2; exit 3") == b"\xf1"
    assert run_here("cat; echo on", machine=socket.gethostname()) == b"on\n"
    assert provider.most == 0, "nobody logs in anywhere"


def test_local_link_has_nothing_to_drop_or_close() -> None:
    async def scenario() -> bytes:
        link = HostLink("local")
        link.drop()
        await link.close()
        return await link.run("echo on")

    assert asyncio.run(scenario()) == b"on\n"


def test_local_script_on_another_machine_is_refused() -> None:
    """A triggerer elsewhere would take the job for lost."""
    with pytest.raises(ConfigError, match="the export on worker-1") as caught:
        run_here("echo on", machine="worker-1")

    assert isinstance(caught.value, REFUSALS)


def test_local_script_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_link, "_ANSWER_SECONDS", 0.2)

    with pytest.raises(RemoteCommandError, match="within 0.2 s") as caught:
        run_here("sleep 2")

    assert isinstance(caught.value, TROUBLE)


def test_predecessor_s_host_is_this_machine_without_a_connection(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_here("echo on", conn_id="predecessor_host") == b"on\n"

    monkeypatch.setenv("AIRFLOW_CONN_PREDECESSOR_HOST", "ssh://oracle@ora01")

    assert run_here("echo on", conn_id="predecessor_host") == b"sh -s"


def test_airflow_that_is_away_does_not_make_the_host_local(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_away(_conn_id: str) -> None:
        raise AIRFLOW_IS_AWAY

    monkeypatch.setattr("airflow.sdk.BaseHook.get_connection", is_away)

    with pytest.raises(HostUnreachableError, match="Airflow does not tell"):
        run_here("echo on", conn_id="predecessor_host")
