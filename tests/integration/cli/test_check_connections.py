"""``check --connections`` against real servers."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress

import pytest

pytestmark = pytest.mark.integration


def states(said):
    return {one["kind"]: one["state"] for one in said.json["connections"]}


def test_all_in_order_are_listed_with_what_they_say(command_line):
    command_line.configure({"HR": {}}, archive={"password_conn_id": "lab_archive"})
    command_line.store.mkdir()
    (command_line.store / "a").touch()

    said = command_line.run("check", "--connections")

    assert said.code == 0
    assert "All 5 are in order." in said.out
    rows = {line.split()[0]: line for line in said.out.splitlines() if line}
    assert "expdp 19." in rows["host"]
    assert "user BACKUP; container LABPDB1" in rows["database"]
    assert "the folder can be read" in rows["store"]
    assert "iB free" in rows["store"]
    assert "TLSv1." in rows["mail"]
    assert "it holds a password" in rows["password"]
    assert said.err == ""


def test_nothing_is_written_and_no_mail_is_sent(command_line):
    mails = command_line.lab.mails()

    assert command_line.run("check", "--connections").code == 0

    assert list(command_line.lab.paths.store.iterdir()) == []
    assert command_line.lab.mails() == mails


def test_each_place_that_does_not_answer_is_told_beside_those_that_do(command_line):
    command_line.set_connections(lab_store={"password": "wrong-canary"}, lab_host={"port": 1})

    said = command_line.run("check", "--connections", "--json", "--timeout", "60")

    assert said.code == 5
    assert states(said) == {
        "host": "unreachable",
        "database": "ok",
        "store": "unreachable",
        "mail": "ok",
    }
    assert "wrong-canary" not in said.out + said.err


@pytest.mark.parametrize("name", ["lab_host", "lab_database", "lab_store", "lab_mail"])
def test_connection_that_is_not_there_is_unreachable(command_line, name):
    connections = command_line.lab.connections
    option = {
        "lab_host": {"host_conn_id": "nowhere"},
        "lab_database": {"database_conn_id": "nowhere"},
        "lab_store": {"store": {"conn_id": "nowhere", "path": "/backups"}},
        "lab_mail": {"mail": {"conn_id": "nowhere", "to": ["dba@lab.example"]}},
    }[name]
    assert name in connections
    command_line.configure({"HR": {}}, **option)

    said = command_line.run("check", "--connections", "--json")

    assert said.code == 5
    assert list(states(said).values()).count("unreachable") == 1
    (bad,) = [one for one in said.json["connections"] if one["state"] == "unreachable"]
    assert "'nowhere'" in bad["error"]
    assert bad["used_by"] == ["lab/HR"]


def test_each_server_is_tried_once(command_line):
    """Three wrong passwords in a row lock many an account."""
    with refusing_server() as (port, visits):
        command_line.set_connections(lab_host={"port": port}, lab_store={"port": port})

        said = command_line.run("check", "--connections", "--json", "--timeout", "60")

    assert said.code == 5
    assert states(said) == {
        "host": "unreachable",
        "database": "ok",
        "store": "unreachable",
        "mail": "ok",
    }
    assert len(visits) == 2


@contextmanager
def refusing_server():
    """Yield the port of a server that hangs up at once, and a list with an item for each visit."""
    visits = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    connection, visitor = server.accept()
                    visits.append(visitor)
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], visits
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_place_that_hangs_holds_up_no_other(command_line):
    command_line.lab.pause("listener")
    try:
        said = command_line.run("check", "--connections", "--json", "--timeout", "10")
    finally:
        command_line.lab.resume("listener")

    assert said.code == 5
    assert states(said) == {"host": "ok", "database": "unreachable", "store": "ok", "mail": "ok"}
    (bad,) = [one for one in said.json["connections"] if one["state"] == "unreachable"]
    assert "No answer within 10 s" in bad["error"]


def test_tool_that_is_not_there_and_wrong_container_are_wrong(command_line):
    command_line.configure(
        {"HR": {}},
        environment={"oracle_home": "/nowhere", "container": "OTHERPDB"},
    )

    said = command_line.run("check", "--connections", "--json")

    assert said.code == 1
    assert states(said) == {"host": "wrong", "database": "wrong", "store": "ok", "mail": "ok"}
    wrong = [line for one in said.json["connections"] for line in one["wrong"]]
    assert wrong[0] == "there is no program /nowhere/bin/expdp"
    assert "OTHERPDB" in wrong[1]


def test_host_key_that_is_not_verified_is_wrong(command_line):
    extra = command_line.lab.connections["lab_store"]["extra"]
    loose = {name: value for name, value in extra.items() if name != "host_key"}
    command_line.set_connections(lab_store={"extra": {**loose, "no_host_key_check": True}})

    said = command_line.run("check", "--connections", "--json")

    assert said.code == 1
    assert states(said)["store"] == "wrong"


def test_store_folder_that_may_not_be_read_is_told(command_line):
    command_line.lab.set_store_faults(deny=["backups"])

    said = command_line.run("check", "--connections", "--json")

    assert said.code == 5
    assert states(said)["store"] == "unreachable"


def test_wrong_entry_does_not_keep_the_others_from_being_asked(command_line):
    command_line.configure({"HR": {}, "SALES": {"retention": {"keep_lst": 3}}})

    said = command_line.run("check", "--connections", "--json")

    assert said.code == 2
    assert set(states(said).values()) == {"ok"}
    assert "keep_lst" in said.json["problems"][0]


def test_schemas_that_share_places_ask_each_once(command_line):
    command_line.configure({"HR": {}, "SALES": {"export": {"tool": "exp", "path": "/tmp"}}})

    said = command_line.run("check", "--connections", "--json")

    assert said.code == 0
    assert len(said.json["connections"]) == 4
    host = said.json["connections"][0]
    assert host["used_by"] == ["lab/HR", "lab/SALES"]
    assert [word.split()[0] for word in host["says"][1:]] == ["expdp", "exp"]
