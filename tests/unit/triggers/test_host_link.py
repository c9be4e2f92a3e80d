"""What a link does with whatever comes of asking for a connection; a real host is elsewhere."""

import asyncio
from types import SimpleNamespace

import asyncssh
import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from oracle_backup.errors import ConfigError, HostUnreachableError
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
