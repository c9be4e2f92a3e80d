"""
Whatever goes wrong at whatever stage, on each of three servers: what must always be true.

Each case runs one whole backup into a store that holds a good one already. Afterwards no partial
file has a final name, the good one is untouched, the error is of the class that decides about a
retry, and no secret has got into a message, a traceback or a log.
"""

from __future__ import annotations

import logging
import re

import pytest

from oracle_backup.adapters.archive import cipher
from support.asyncssh_servers import asyncssh_server
from support.fault_bench import Bench, Case, run_case, with_reset_faults
from support.fault_cases import CASES
from support.faulty_proxy import faulty_proxy
from support.openssh import SKIP_REASON, openssh_server

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def odd_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matrix") / "served"
    folder.mkdir()
    with asyncssh_server(folder) as server:
        yield server


@pytest.fixture(scope="module")
def servers(odd_server, openssh, proftpd, tmp_path_factory):
    """Name to server, proxy before it, and what the server calls a folder of this machine."""
    if SKIP_REASON:
        pytest.skip(SKIP_REASON)
    with (
        openssh_server(tmp_path_factory.mktemp("read-only"), read_only=True) as read_only,
        openssh_server(tmp_path_factory.mktemp("limited"), most_kib=300) as limited,
        faulty_proxy(odd_server.port) as odd_proxy,
        faulty_proxy(openssh.port) as openssh_proxy,
        faulty_proxy(proftpd.port) as proftpd_proxy,
        faulty_proxy(read_only.port) as read_only_proxy,
        faulty_proxy(limited.port) as limited_proxy,
    ):
        yield {
            "asyncssh": (odd_server, odd_proxy),
            "openssh": (openssh, openssh_proxy),
            "proftpd": (proftpd, proftpd_proxy),
            "proftpd_closed": (proftpd, proftpd_proxy),
            "openssh_read_only": (read_only, read_only_proxy),
            "openssh_limited": (limited, limited_proxy),
        }


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch):
    """Keys of 2**4 rounds instead of 2**19: the archives are as valid."""
    monkeypatch.setattr(cipher, "_CYCLES_POWER", 4)


@pytest.fixture
def bench(request, servers, tmp_path):
    case: Case = request.param
    server, proxy = servers[case.server]
    name = re.sub(r"\W", "-", request.node.name)
    if case.server == "asyncssh":
        with_reset_faults(server.faults)
        root, local = f"/{name}", server.root / name
    elif case.server == "proftpd_closed":
        local = server.closed / name
        root = str(local)
    else:
        local = tmp_path / "store"
        root = str(local)
    port = proxy.port
    dumps = tmp_path / "dumps"
    yield Bench(server=server, proxy=proxy, root=root, local=local, dumps=dumps, case=case)
    proxy.port = port
    proxy.reset()
    for client in server.clients:
        client.close()
    server.clients.clear()
    if case.server == "asyncssh":
        with_reset_faults(server.faults)


@pytest.mark.parametrize(
    "bench", CASES, indirect=True, ids=lambda case: f"{case.server}-{case.name}"
)
def test_nothing_half_done_ever_counts(bench, caplog):
    caplog.set_level(logging.DEBUG)
    run_case(bench, caplog)


def test_the_matrix_is_as_big_as_it_must_be():
    names = [(case.server, case.name) for case in CASES]
    real = [name for name in names if name[0] != "asyncssh"]

    assert len(set(names)) == len(names) >= 100
    assert sum(server.startswith("openssh") for server, _ in real) >= 20
    assert sum(server.startswith("proftpd") for server, _ in real) >= 20
