from __future__ import annotations

from oracle_backup.config.merge import Level
from oracle_backup.config.resolve import resolve

RIGHT = {
    "host_conn_id": "host",
    "database_conn_id": "database",
    "environment": {"oracle_home": "/u01", "oracle_sid": "ORCL"},
    "store": {"conn_id": "store", "path": "/"},
    "mail": {"to": ["a@b"]},
}


def test_right_options_have_no_problems() -> None:
    options, problems = resolve([Level((), RIGHT)])
    assert problems == ()
    assert options is not None
    assert options.host_conn_id == "host"


def test_wrong_options_are_not_handed_out_mended() -> None:
    options, problems = resolve([Level((), {**RIGHT, "retries": -1})])
    assert len(problems) == 1
    assert options is None


def test_options_that_make_no_sense_together_are_not_handed_out() -> None:
    options, problems = resolve([Level((), {**RIGHT, "login": {"method": "wallet"}})])
    assert len(problems) == 1
    assert options is None
